"""The sketch of the way to the branch: pages show it as it is, so only what is plainly a drawing passes."""

from pathlib import Path
from xml.etree import ElementTree

from queueing.season.errors import Problem

MOST_BYTES = 6_000
_LINES = {"line", "polyline", "polygon", "path", "rect", "circle", "ellipse"}
_SHAPES = {"svg", "g", "title", "text", "tspan"} | _LINES


def read_map(path: Path, problems: list[Problem]) -> str:
    """The drawing; empty when there is none, or after saying in `problems` what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        problems.append(Problem(path.name, "", "读不出来，请检查权限，并保存为 UTF-8 编码。"))
        return ""
    if reason := _fault(text):
        problems.append(Problem(path.name, "", reason))
        return ""
    return text


def _fault(text: str) -> str:
    if len(text.encode()) > MOST_BYTES:
        return f"示意图太大，请简化到 {MOST_BYTES} 字节以内。"
    try:
        root = ElementTree.fromstring(text)  # noqa: S314  the operator's own file, and a small one
    except ElementTree.ParseError:
        return "不是完整的 SVG，请检查尖括号和引号是否成对。"
    if _plain(root.tag) != "svg" or not root.get("aria-label"):
        return "应以 <svg> 开头，并用 aria-label 写明图上是什么，给看不见图的人听。"
    for one in root.iter():
        if _plain(one.tag) not in _SHAPES:
            return f"示意图里不能有 <{_plain(one.tag)}>，只能是线条、形状和文字。"
        names = map(_plain, one.attrib)
        if bad := [name for name in names if name.startswith("on") or name in ("style", "href")]:
            return f"示意图里不能有 {bad[0]}，请删去。"
    return ""


def _plain(name: str) -> str:
    return name.rpartition("}")[2]
