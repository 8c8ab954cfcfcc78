"""All messages laid out for reading: for the page of bubbles and for the file of it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import msgspec

from queueing.sms.manifest import Delivery, Kind
from queueing.sms.render import Renderer
from queueing.sms.wording import units

KINDS = {
    Kind.INVITATION: "请人来领",
    Kind.CONFIRMATION: "约好、改好、取消",
    Kind.REMINDER: "提醒",
    Kind.CHANGE: "网点改了时间",
    Kind.SWEEP: "扫尾",
    Kind.NOTICE: "领走以后",
    Kind.CALM: "有传言时",
    Kind.REPLY: "回答来信",
    Kind.EMPLOYER: "给单位",
}


class Shown(msgspec.Struct, frozen=True):
    """A message as shown: everyday text, length of it and of the longest, how often it may arrive."""

    key: str
    text: str
    longest: str
    units: int
    at_least_once: bool


class Group(msgspec.Struct, frozen=True):
    """The messages of one kind."""

    kind: str
    title: str
    messages: Sequence[Shown]


def groups(renderer: Renderer) -> list[Group]:
    """Every message, in the groups a reader thinks of."""
    found = []
    for kind, title in KINDS.items():
        keys = [key for key, template in renderer.manifest.templates.items() if template.kind is kind]
        found.append(Group(str(kind), title, [_shown(renderer, key) for key in keys]))
    return found


def _shown(renderer: Renderer, key: str) -> Shown:
    longest = renderer.longest(key)
    once = renderer.manifest.templates[key].delivery is Delivery.AT_LEAST_ONCE
    return Shown(key, renderer.example(key), longest, units(longest), once)


def as_file(renderer: Renderer) -> str:
    """A page by itself, to be sent to whoever has to approve the texts."""
    limit = renderer.manifest.limits.units
    body = "".join(
        f"<h2>{escape(group.title)}</h2>" + "".join(_bubble(one, limit) for one in group.messages)
        for group in groups(renderer)
    )
    return _FILE.format(signature=escape(renderer.signature), body=body)


def _bubble(one: Shown, limit: int) -> str:
    text = escape(one.text).replace("\n", "<br>")
    return f"<figure><p>{text}</p><figcaption>{one.key} · 最长{one.units}/{limit}</figcaption></figure>"


_FILE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>短信样稿：{signature}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body {{ font: 18px/1.6 sans-serif; max-width: 30em; margin: 1em auto; padding: 0 1em; color: #14201e; }}
figure {{ margin: 0 0 1em; }}
figure p {{ background: #e6ecea; border-radius: 1em; padding: .6em 1em; margin: 0; }}
figcaption {{ color: #55615f; font-size: .8em; padding: .2em 1em; }}
</style></head><body><h1>短信样稿：{signature}</h1>
{body}
</body></html>
"""
