"""Links inside the documents lead somewhere, and the index names every page."""

from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, links, text


def lost(page: str) -> list[str]:
    """The links of a page that lead nowhere."""
    found = []
    for link in links(page):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists() or (anchor and anchor not in anchors(str(target.resolve().relative_to(ROOT)))):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_links_resolve(page: str) -> None:
    assert lost(page) == []


def test_a_broken_link_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.docs.test_links.links", lambda page: ["nowhere.md", "#no-such-heading"])
    assert lost("README.md") == ["nowhere.md", "#no-such-heading"]


def test_the_index_names_every_page() -> None:
    known = {(ROOT / "docs" / link).resolve() for link in links("docs/README.md") if "://" not in link}
    wanted = {(ROOT / page).resolve() for page in PAGES if Path(page).parts[0] == "docs"}
    assert wanted - known - {(ROOT / "docs/README.md").resolve()} == set()


def test_the_readme_shows_a_picture() -> None:
    assert any(link.endswith(".png") for link in links("README.md"))
    assert "make run" in text("README.md")
    assert "make test" in text("README.md")
