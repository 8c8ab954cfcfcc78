"""Opening windows of a browser, and saying there who one is."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.patience import MILLISECONDS
from tests.web.world import World

Open = Callable[..., Page]


def own_browser(
    browser: Browser, world: World, size: dict[str, int], *, scripts: bool = True, **more: Any
) -> BrowserContext:
    """A browser of somebody's own: cookies and windows shared with nobody. It waits as long as tests wait."""
    expect.set_options(timeout=MILLISECONDS)
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        base_url=world.url,
        java_script_enabled=scripts,
        locale="zh-CN",
        **more,
    )
    context.set_default_timeout(MILLISECONDS)
    return context


def heading(page: Page, text: str) -> None:
    """The page's heading is, or becomes, this."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def press(page: Page, name: str) -> None:
    """Touch the button, or the link that looks like one."""
    page.get_by_role("button", name=name, exact=True).or_(
        page.get_by_role("link", name=name, exact=True)
    ).click()


def enter(page: Page, world: World, phone: str) -> None:
    """Say who one is, by SMS."""
    page.goto("/book")
    page.get_by_label("手机号").fill(phone)
    press(page, "发短信给我")
    page.get_by_label("6位数字").fill(world.code_for(phone))
    press(page, "下一步")
