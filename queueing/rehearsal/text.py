"""The report as text, for a terminal."""

from __future__ import annotations

import msgspec

from queueing.rehearsal.report import Report
from queueing.sms.reasons import KINDS, STATES

CHECKS = {
    "slots_over_capacity": "超出容量的时段",
    "double_bookings": "一卡两约",
    "collected_messaged_by_sweep": "已领卡仍收到扫尾通知",
    "reminded_without_booking": "没有预约却收到提醒",
    "cards_unaccounted": "下落不明的卡",
    "projections_differ": "读模型与日志不一致",
}


def as_text(report: Report) -> str:
    """Some twenty lines."""
    queue, sweep = report.queue, report.sweep
    lines = [
        f"{report.season}：{report.holders} 人，领到 {report.collected} 人"
        f"（{report.collected / max(1, report.holders):.1%}）",
        f"用时 {report.seconds} 秒，{report.events} 条事实",
        *([f"不用：{'、'.join(report.played.without)}"] if report.played.without else []),
        "",
        "各批次：" + "，".join(f"{w} {c['collected']}/{c['cards']}" for w, c in report.by_wave.items()),
        "领取方式：" + "，".join(f"{how} {count}" for how, count in report.by_how.items()),
        "预约渠道：" + "，".join(f"{via} {count}" for via, count in report.booked_by.items()),
        f"排队：{queue.visits} 人次，平均等 {queue.mean_hall_wait} 分钟，"
        f"95% 不超过 {queue.p95_hall_wait} 分钟；约定时间后 95% 不超过 {queue.p95_wait_after_slot} 分钟",
        f"等候人数：每天最多时平均 {queue.mean_daily_peak} 人，95% 的日子不超过 {queue.p95_daily_peak} 人，"
        f"最高 {queue.highest_peak} 人",
        f"扫尾：{sweep.rounds} 轮，开始时 {sweep.uncollected_at_start} 人未领，通知 {sweep.told} 人，"
        f"其后领取 {sweep.collected_after} 人，季末未领 {sweep.uncollected_at_end} 人",
        "",
        "短信：",
    ]
    for kind, states in report.messages.items():
        told = "，".join(f"{STATES.get(s, s)} {count}" for s, count in states.items())
        lines.append(f"  {KINDS.get(kind, kind)}：{told}")
    lines += ["", "检查（都应为 0）："]
    lines += [f"  {CHECKS[name]}：{value}" for name, value in msgspec.structs.asdict(report.checks).items()]
    return "\n".join(lines)
