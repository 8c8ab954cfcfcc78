"""The operator's manual speaks of buttons, sentences and pages that are really there."""

import re
from functools import cache

import pytest

from queueing.web.app import ROUTERS
from queueing.web.panel import LISTED
from queueing.web.routes.changes import WHAT
from tests.docs.pages import ROOT, text

MANUAL = text("docs/manual.zh.md")
BUTTONS = sorted(set(re.findall(r"【([^】　]+)】", MANUAL)))
SENTENCES = re.findall(r"^\| “(.+?)” \|", MANUAL, re.MULTILINE)
NO_PAGES = {
    "/healthz", "/book/code", "/book/whose", "/my/when", "/my/days", "/my/check", "/my/cancel", "/look",
    "/counter/times", "/counter/slip", "/board/past/frame",
}  # fmt: skip
"""Steps on the way, reached by a button, and what no person opens."""


@cache
def templates() -> str:
    """All page templates; what a manager may do with slots is put in where its name stands."""
    pages = sorted((ROOT / "templates" / "web").rglob("*.html"))
    written = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    return written + "".join(f">确认{what}<" for what in (*WHAT.values(), "撤销"))


@cache
def sources() -> str:
    """Where the sentences of staff's screens are written."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "queueing").rglob("*.py")))


def shown(label: str) -> bool:
    """Whether a template has this label on something; a number in it stands for any."""
    parts = [re.escape(part) for part in re.split(r"\d+", label)]
    pattern = "[^<]{1,40}?".join(parts)
    return re.search(f"[>\"'] *{pattern} *[<\"'（{{]", templates()) is not None


def pages() -> set[str]:
    """Every page a person may open by its address."""
    routes = {route.path for router in ROUTERS for route in router.routes if "GET" in route.methods}  # type: ignore[attr-defined]
    return {path for path in routes if "{" not in path and not path.endswith(("/live", ".csv", ".ics"))}


@pytest.mark.parametrize("label", BUTTONS)
def test_every_button_is_on_a_page(label: str) -> None:
    assert shown(label)


def test_a_button_that_is_nowhere_would_be_seen() -> None:
    assert len(BUTTONS) > 40
    assert not shown("打印全部")


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_sentence_is_said_somewhere(sentence: str) -> None:
    assert sentence in sources()


def test_sentences_are_really_collected() -> None:
    assert len(SENTENCES) > 20


def test_every_page_of_the_manual_exists() -> None:
    named = set(re.findall(r"`(/[a-z/]*)(?:\?[^`]*)?`", MANUAL))
    lists = {f"/lists/{name}" for name in ("phone", "home", "closing")}
    assert named - pages() - lists == set()


def test_every_page_is_in_the_manual() -> None:
    named = set(re.findall(r"^\| `(/[a-z/]*)` \|", MANUAL, re.MULTILINE))
    assert pages() - named - NO_PAGES == set()


def test_every_reason_of_the_phone_list_is_explained() -> None:
    assert [reason for reason in LISTED.values() if f"| {reason} |" not in MANUAL] == []
