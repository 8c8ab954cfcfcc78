"""What eyes and fingers of eighty years need, measured in a real Chromium on every page of a retiree."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from queueing.domain.counter import HandOver
from tests.web.world import World

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}

MEASURE = """
() => {
  const found = {small: [], narrow: [], pale: [], wide: document.documentElement.scrollWidth, tight: []};
  const shown = (one) => one.getClientRects().length && getComputedStyle(one).visibility === "visible";
  const name = (one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 20)}`;
  const light = (rgb) => {
    const curve = (v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = rgb.map((v) => curve(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const colour = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const paint = colour(getComputedStyle(at).backgroundColor);
      if (paint.length < 4 || paint[3] === 1) return paint;
    }
    return [255, 255, 255];
  };
  for (const one of document.querySelectorAll("body *")) {
    if (!shown(one) || one.closest("svg, .skip, script, noscript")) continue;
    const style = getComputedStyle(one);
    if ([...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) {
      const size = parseFloat(style.fontSize);
      if (size < 19.99) found.small.push(name(one));
      const line = style.lineHeight === "normal" ? 1.2 : parseFloat(style.lineHeight) / size;
      const long = !/^H\\d$/.test(one.tagName) && one.textContent.length > 30;
      if (line < 1.5 && long) found.tight.push(name(one));
      const [a, b] = [light(colour(style.color)), light(ground(one))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < 7) found.pale.push(`${name(one)} ${contrast.toFixed(1)}`);
    }
    if (one.matches("a, button, input:not([type=hidden]), summary, select")) {
      const box = one.getBoundingClientRect();
      if (box.width < 60 || box.height < 60) found.narrow.push(`${name(one)} ${box.width}x${box.height}`);
    }
  }
  return found;
}
"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield found
        found.close()


def check(page: Page, where: str) -> None:
    found = page.evaluate(MEASURE)
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert not found["small"], f"{where}: text under 20 px: {found['small']}"
    assert not found["narrow"], f"{where}: targets under 60 px: {found['narrow']}"
    assert not found["pale"], f"{where}: contrast under 7: {found['pale']}"
    assert not found["tight"], f"{where}: lines too tight: {found['tight']}"
    assert found["wide"] <= width, f"{where}: scrolls sideways"
    assert page.locator("h1").count() == 1 and page.locator("html").get_attribute("lang") == "zh-CN", where
    for field in page.locator("main input:not([type=hidden])").all():
        assert page.locator(f"label[for={field.get_attribute('id')}]").count() == 1, (
            f"{where}: a field without a label"
        )


@pytest.mark.parametrize(
    "look", ["size=20", "size=24", "size=30", "size=20&contrast=high", "size=30&contrast=high"]
)
def test_every_page_of_a_retiree_can_be_read_and_touched(world: World, browser: Browser, look: str) -> None:
    world.catch_up()
    booked, free, done = world.person(), world.person(), world.person()
    world.do(HandOver(done, "self", holder_id_seen=True))
    context = browser.new_context(viewport=PHONE, base_url=world.url)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"/look?{look}&back=/")
    for path in ("/", "/faq", "/book", "/book/letter", "/nothing"):
        page.goto(path)
        check(page, path)
    page.goto("/book")
    page.fill("#phone", "12")
    page.click("main button")
    check(page, "a wrong number")
    for card, paths in (
        (
            free,
            (
                "/my/when",
                "/my/days",
                "/my/day/2018-06-13",
                "/my/check?slot=20180613-0930",
                "/my/check?slot=x",
            ),
        ),
        (booked, ("/my", "/my?done=1", "/my/cancel", "/my/when")),
        (done, ("/my",)),
    ):
        page.goto("/book")
        page.fill("#phone", world.phone(card))
        page.click("main button")
        check(page, "the code")
        page.fill("#code", world.code_for(world.phone(card)))
        page.click("main button")
        if card == booked:
            page.goto("/my/check?slot=20180613-1000")
            page.click("main form button")
        for path in paths:
            page.goto(path)
            check(page, path)
    context.close()
