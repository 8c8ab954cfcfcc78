"""What eyes and fingers of eighty years need, measured on the page in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page

SMALLEST_TEXT = 20
SMALLEST_TARGET = 60
LEAST_CONTRAST = 7
LEAST_LINE = 1.5

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
ZOOMED = {
    "a desktop at 200 %": {"width": 640, "height": 400},
    "360 px at 200 %": {"width": 180, "height": 370},
}

_LOOKS = [(size, high) for size in ("20", "24", "30") for high in (False, True)]
_LOOK = """([size, high]) => {
  document.documentElement.classList.remove("size-20", "size-24", "size-30");
  document.documentElement.classList.add(`size-${size}`);
  document.documentElement.classList.toggle("high", high);
}"""

_MEASURE = """(least) => {
  const found = [];
  const shown = (one) => one.getClientRects().length && getComputedStyle(one).visibility === "visible";
  const name = (one) => `<${one.tagName.toLowerCase()} class="${one.getAttribute("class") ?? ""}"> `
    + one.textContent.trim().replace(/\\s+/g, " ").slice(0, 20);
  const light = (rgb) => {
    const curve = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
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
    if (!shown(one) || one.closest(".skip, script, noscript, [aria-hidden=true]")) continue;
    const style = getComputedStyle(one);
    const drawn = one.closest("svg") !== null;
    if ([...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) {
      const box = one.getBoundingClientRect();
      const size = drawn ? box.height / 1.2 : parseFloat(style.fontSize);
      if (size < least.text - 0.01) found.push(`text of ${size.toFixed(1)} px: ${name(one)}`);
      const line = style.lineHeight === "normal" ? 1.2 : parseFloat(style.lineHeight) / size;
      const long = !drawn && !/^H\\d$/.test(one.tagName) && one.textContent.length > 30;
      if (long && line < least.line - 0.001) found.push(`lines ${line.toFixed(2)} apart: ${name(one)}`);
      const [a, b] = [light(colour(drawn ? style.fill : style.color)), light(ground(one))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < least.contrast) found.push(`contrast ${contrast.toFixed(1)}: ${name(one)}`);
    }
    if (one.matches("a, button, input:not([type=hidden]), summary, select, textarea")) {
      const box = one.getBoundingClientRect();
      if (box.width < least.target || box.height < least.target)
        found.push(`target of ${Math.round(box.width)}x${Math.round(box.height)} px: ${name(one)}`);
    }
  }
  return found;
}"""
_FRAME = """() => {
  const found = [];
  const heads = document.querySelectorAll("h1").length;
  if (heads !== 1) found.push(`${heads} h1`);
  if (document.documentElement.lang !== "zh-CN") found.push(`language "${document.documentElement.lang}"`);
  for (const field of document.querySelectorAll("main input:not([type=hidden]), main select, main textarea"))
    if (field.labels.length !== 1) found.push(`${field.labels.length} labels of ${field.name}`);
  return found;
}"""
_SIDEWAYS = """() => {
  const wide = document.documentElement.scrollWidth, room = document.documentElement.clientWidth;
  return wide > room ? [`${wide} px wide in ${room}`] : [];
}"""


def complaints(page: Page) -> list[str]:
    """What is wrong for a retiree: in each look (three sizes of letters, and white on black), on the page's
    own screen and zoomed to 200 %. The page is left as it was found."""
    return [
        f"{where}: {text}"
        for where, found in (
            {"the page": page.evaluate(_FRAME)} | dict(_in_looks(page)) | dict(_zoomed(page))
        ).items()
        for text in found
    ]


def _in_looks(page: Page) -> Iterator[tuple[str, list[str]]]:
    least = {
        "text": SMALLEST_TEXT,
        "target": SMALLEST_TARGET,
        "contrast": LEAST_CONTRAST,
        "line": LEAST_LINE,
    }
    before = page.evaluate("document.documentElement.className")
    for size, high in _LOOKS:
        page.evaluate(_LOOK, [size, high])
        found = page.evaluate(_MEASURE, least) + page.evaluate(_SIDEWAYS)
        yield f"{size} px{', high contrast' if high else ''}", found
    page.evaluate("name => { document.documentElement.className = name; }", before)


def _zoomed(page: Page) -> Iterator[tuple[str, list[str]]]:
    usual = page.viewport_size
    for name, size in ZOOMED.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        yield name, page.evaluate(_SIDEWAYS)
    if usual:
        page.set_viewport_size(usual)
