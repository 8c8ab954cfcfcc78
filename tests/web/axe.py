"""axe-core on a page, with the rules it leaves out by default: `target-size` and `color-contrast-enhanced`.

The script comes with the axe-playwright-python wheel and is evaluated by the browser's debugger, which the
pages' strict policy neither hinders nor has to be loosened for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

ENABLED = ("target-size", "color-contrast-enhanced", "identical-links-same-purpose")
"""Off by default: how large what is touched must be, contrast by AAA, and what links are called."""
_ENABLED = {name: {"enabled": True} for name in ENABLED}
_AXE = Axe()


@dataclass(frozen=True)
class Violation:
    """A rule that is broken, and where: (selector, the element's HTML, what axe says about it)."""

    rule: str
    nodes: tuple[tuple[str, str, str], ...]

    def __str__(self) -> str:
        return "\n".join([self.rule, *(f"  {where}: {said}\n    {html}" for where, html, said in self.nodes)])


@dataclass(frozen=True)
class Report:
    """What axe found: rules that hold (of those that had something to look at), and those that don't."""

    passed: frozenset[str]
    violations: tuple[Violation, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.violations))


def examine(page: Page, *only: str) -> Report:
    """Run axe on the page as it is now: all rules, or `only` some."""
    options: dict[str, Any] = {"resultTypes": ["violations"], "rules": _ENABLED}
    if only:
        options = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": list(only)}}
    found = _AXE.run(page, options=options).response
    return Report(
        frozenset(rule["id"] for rule in found["passes"]), tuple(map(_violation, found["violations"]))
    )


def _violation(rule: dict[str, Any]) -> Violation:
    return Violation(
        f"{rule['id']}: {rule['help']}",
        tuple(
            (" ".join(map(str, node["target"])), node["html"][:160], _said(node)) for node in rule["nodes"]
        ),
    )


def _said(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])
