"""The documents as tests see them: pages, their links, code and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from queueing.settings import project_root

ROOT = project_root()
PAGES = ("README.md", "CHANGELOG.md", *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/**/*.md")))
OPERATORS = ("README.md", "docs/manual.zh.md", "docs/operations.md", "docs/rehearsal.md")
"""The pages whose commands people type."""

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


@cache
def text(page: str) -> str:
    """A page."""
    return (ROOT / page).read_text(encoding="utf-8")


def links(page: str) -> list[str]:
    """Where a page's links and pictures lead, code left out."""
    return _LINK.findall(_INLINE.sub("", _FENCE.sub("", text(page))))


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    plain = (re.sub(r"[`*]", "", heading).strip().lower() for heading in _HEADING.findall(text(page)))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain}


def code_lines(page: str) -> Iterator[str]:
    """What people type: lines of shell blocks, and code within a line."""
    for _, language, block in _FENCE.findall(text(page)):
        if language in ("sh", "ini"):
            yield from (line.strip() for line in block.splitlines())
    yield from _INLINE.findall(_FENCE.sub("", text(page)))
