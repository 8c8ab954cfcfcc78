"""Charts as SVG, made on the server: bars by day and the load of every slot as a heat map."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 960, 240, 46, 34, 10
Row = dict[str, int | str]


def _scale(most: float) -> float:
    """A round number not below `most`, for the top of an axis."""
    step = 1.0
    while step * 10 < most:
        step *= 10
    return max(1.0, step * -(-most // step))


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'


def bars(days: Sequence[Row], series: Sequence[tuple[str, str, str]], title: str) -> Markup:
    """Stacked bars by day. `series` are (field, colour, name); a day without a field counts as 0."""
    top = _scale(max((sum(int(day.get(f, 0)) for f, _, _ in series) for day in days), default=1))
    wide = (WIDTH - LEFT) / max(1, len(days))
    high = HEIGHT - BOTTOM - TOP
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">']
    for share in (0, 0.5, 1):
        y = TOP + high * (1 - share)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        parts.append(_text(LEFT - 6, y + 4, f"{top * share:g}", "end"))
    for number, day in enumerate(days):
        x, y = LEFT + number * wide, float(TOP + high)
        for name, colour, said in series:
            value = int(day.get(name, 0))
            tall = high * value / top
            y -= tall
            parts.append(
                f'<rect x="{x + wide * 0.1:.1f}" y="{y:.1f}" width="{wide * 0.8:.1f}" height="{tall:.1f}"'
                f' fill="{colour}"><title>{day["day"]} {said} {value}</title></rect>'
            )
        if number % max(1, len(days) // 12) == 0:
            parts.append(_text(x + wide / 2, HEIGHT - 12, str(day["day"])[5:]))
    parts.append("</svg>")
    legend = "".join(f'<span><i style="background:{colour}"></i>{said}</span>' for _, colour, said in series)
    return Markup("".join(parts) + f'<p class="legend">{legend}</p>')  # noqa: S704  numbers and our own words


def heat(slots: Sequence[tuple[str, int, int]], title: str) -> Markup:
    """One column a day, one row a time of day; the darker, the fuller (most live bookings / capacity)."""
    days = sorted({slot[:8] for slot, _, _ in slots})
    times = sorted({slot[9:] for slot, _, _ in slots})
    wide, tall = (WIDTH - LEFT) / max(1, len(days)), 11.0
    height = TOP + tall * len(times) + BOTTOM
    parts = [f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{title}">']
    for slot, capacity, booked in slots:
        x = LEFT + days.index(slot[:8]) * wide
        y = TOP + times.index(slot[9:]) * tall
        share = booked / capacity if capacity else 0
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide - 1:.1f}" height="{tall - 1:.1f}"'
            ' fill="#0b5c8a"'
            f' fill-opacity="{0.06 + 0.94 * min(1.0, share):.2f}">'
            f"<title>{slot} {booked}/{capacity}</title></rect>"
        )
    for number, moment in enumerate(times):
        if moment.endswith("30"):
            parts.append(_text(LEFT - 6, TOP + number * tall + 9, f"{moment[:2]}:{moment[2:]}", "end"))
    for number, day in enumerate(days):
        if number % max(1, len(days) // 12) == 0:
            parts.append(_text(LEFT + (number + 0.5) * wide, height - 14, f"{day[4:6]}-{day[6:]}"))
    parts.append("</svg>")
    return Markup("".join(parts))  # noqa: S704  numbers only
