"""The report as one HTML page with charts, readable without a network."""

from __future__ import annotations

from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from queueing.rehearsal.charts import bars, heat
from queueing.rehearsal.report import Report
from queueing.rehearsal.text import CHECKS
from queueing.settings import project_root
from queueing.sms.reasons import KINDS, STATES

COLLECTED = (
    ("collected", "#0b5c8a", "网点领取"),
    ("collected_at_employers", "#7aa95c", "单位发放"),
)
TRAFFIC = (
    ("arrived", "#0b5c8a", "按预约到店"),
    ("walk_ins", "#d08a1e", "临时取号"),
    ("no_shows", "#b8b8b8", "未到"),
)


def write_page(report: Report, where: Path) -> None:
    """Write the page, and its folder if need be."""
    environment = Environment(
        loader=FileSystemLoader(project_root() / "templates"), autoescape=True, undefined=StrictUndefined
    )
    html = environment.get_template("rehearsal.html").render(
        report=report,
        checks=[(CHECKS[name], value) for name, value in msgspec.structs.asdict(report.checks).items()],
        kinds=KINDS,
        states=STATES,
        collected=bars(report.days, COLLECTED, "每天领取人数"),
        traffic=bars(report.days, TRAFFIC, "每天到店人数"),
        invited=bars(report.days, (("invited", "#6b4f9e", "邀请"),), "每天邀请人数"),
        waiting=bars(report.days, (("peak_waiting", "#a3392f", "最多等候人数"),), "每天最多等候人数"),
        waits=bars(report.days, (("mean_wait", "#a3392f", "平均等候分钟"),), "每天平均等候分钟"),
        load=heat(report.slots, "各时段最多预约数与容量之比"),
    )
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_text(html, encoding="utf-8")
