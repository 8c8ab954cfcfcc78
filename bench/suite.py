"""The benches by name, run in a database of their own and shown as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from bench.api import bench_api
from bench.booking import bench_booking
from bench.counter import bench_counter
from bench.crowd import bench_crowd
from bench.hot import bench_hot
from bench.importing import bench_import
from bench.live import bench_live
from bench.past import bench_past
from bench.readmodels import bench_rebuild
from bench.sending import bench_sms
from bench.starting import bench_start
from bench.web import bench_web
from bench.webhook import bench_webhook
from queueing.rehearsal.rehearse import own_database
from queueing.runtime.connect import database_url
from queueing.settings import Settings

Told = Callable[[str], None]
Rows = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Bench:
    """A bench: its table's title and headings (by the rows' fields, in order), and how to run it."""

    title: str
    headings: Mapping[str, str]
    run: Callable[[str, Told], Rows]
    single: bool = False
    """One row always, so its JSON is an object and no list."""


BENCHES = {
    "booking": Bench(
        "每秒落盘的预约数",
        {
            "clients": "同时的用户",
            "bookings_per_s": "预约柜台",
            "raw_sql_per_s": "手写 SQL（一条语句）",
            "ratio": "倍数",
            "raw_two_statements_per_s": "手写 SQL（两条语句）",
            "raw_one_slot_per_s": "一条语句，同一时段",
            "raw_one_slot_two_statements_per_s": "两条语句，同一时段",
        },
        lambda url, tell: bench_booking(url, tell=tell),
    ),
    "hot": Bench(
        "许多人同抢一个时段",
        {
            "clients": "人数",
            "processes": "进程",
            "capacity": "名额",
            "booked": "约到",
            "p50_ms": "一半人等待 ≤ 毫秒",
            "p99_ms": "99% 等待 ≤ 毫秒",
            "max_ms": "最久，毫秒",
        },
        lambda url, tell: bench_hot(url, tell=tell),
    ),
    "rebuild": Bench(
        "重建全部查询表",
        {"events": "事件", "read_models": "表组", "seconds": "秒", "events_per_s": "每秒事件"},
        lambda url, tell: bench_rebuild(url, tell=tell),
    ),
    "start": Bench(
        "打开预约柜台",
        {"cards": "卡", "events": "事件", "snapshot": "快照", "seconds": "秒"},
        lambda url, tell: bench_start(url, tell=tell),
    ),
    "import": Bench(
        "导入持卡人名单",
        {"holders": "人", "seconds": "秒", "holders_per_s": "每秒"},
        lambda url, tell: bench_import(url, tell=tell),
    ),
    "sms": Bench(
        "发出的短信",
        {
            "messages": "短信",
            "processes": "进程",
            "seconds": "秒",
            "messages_per_s": "每秒短信",
            "rq_job_per_message_per_s": "RQ 一条一个任务，每秒",
            "rq_empty_job_per_s": "RQ 空任务，每秒",
            "ratio": "倍数",
        },
        lambda url, tell: bench_sms(url, tell=tell),
        single=True,
    ),
    "webhook": Bench(
        "收到短信到存好回复",
        {
            "messages": "短信",
            "per_s": "每秒",
            "stored_p50_ms": "一半 ≤ 毫秒",
            "stored_p99_ms": "99% ≤ 毫秒",
            "stored_max_ms": "最久，毫秒",
            "answered_p99_ms": "接口应答 99% ≤ 毫秒",
        },
        lambda url, tell: bench_webhook(url, tell=tell),
        single=True,
    ),
    "web": Bench(
        "页面：多重，多快（4 万人，季中）",
        {
            "page": "页面",
            "who": "谁看",
            "kb": "页面 kB",
            "first_visit_kb": "第一次打开 kB",
            "p50_ms": "一半 ≤ 毫秒",
            "p95_ms": "95% ≤ 毫秒",
            "cpu_ms": "处理器毫秒",
            "times": "次数",
        },
        lambda url, tell: bench_web(url, tell=tell),
    ),
    "counter": Bench(
        "柜台：一个动作等多久（4 万人，大厅 40 人在等）",
        {
            "action": "动作",
            "p50_ms": "一半 ≤ 毫秒",
            "p95_ms": "95% ≤ 毫秒",
            "cpu_ms": "处理器毫秒",
            "waiting": "在等",
            "times": "次数",
        },
        lambda url, tell: bench_counter(url, tell=tell),
    ),
    "crowd": Bench(
        "模拟大厅的一天",
        {
            "what": "规则",
            "people": "人",
            "days_per_s": "每秒天数",
            "days_per_cpu_s": "每秒处理器时间天数",
            "simpy_days_per_s": "SimPy",
            "ratio": "倍数",
            "rounds": "次数",
        },
        lambda url, tell: bench_crowd(url, tell=tell),
    ),
    "past": Bench(
        "看板回看：打开一天，和每一幅画面",
        {
            "events": "记录里的事",
            "keep_s": "存下所有早晨（秒）",
            "mornings": "早晨",
            "last_morning_s": "存下最后一个（秒）",
            "open_without_s": "没有早晨时打开一天（秒）",
            "first_ms": "打开一天，到第一幅画面（毫秒）",
            "step_p50_ms": "往前一步（毫秒，中位数）",
            "step_p95_ms": "95%",
            "jump_p50_ms": "跳到任意一刻（毫秒，中位数）",
            "jump_p95_ms": "95%",
        },
        lambda url, tell: bench_past(url, tell=tell),
    ),
    "live": Bench(
        "看板：一件事多久出现在所有屏幕上",
        {
            "screens": "屏幕",
            "events": "件事",
            "p50_ms": "一半 ≤ 毫秒",
            "p95_ms": "95% ≤ 毫秒",
            "max_ms": "最久，毫秒",
            "facts_while_away": "离开时发生",
            "caught_up": "回来后不缺",
        },
        lambda url, tell: bench_live(url, tell=tell),
        single=True,
    ),
    "api": Bench(
        "每秒经接口的预约数",
        {
            "service": "服务",
            "clients": "同时的用户",
            "bookings_per_s": "每秒",
            "ratio": "倍数",
            "p50_ms": "一半 ≤ 毫秒",
            "p99_ms": "99% ≤ 毫秒",
            "cpu_ms": "处理器毫秒",
            "crowd": "同抢一个时段的人",
            "sold": "约到",
            "crowd_p99_ms": "同抢 99% ≤ 毫秒",
        },
        lambda url, tell: bench_api(url, tell=tell),
    ),
}


def run_bench(name: str, settings: Settings, tell: Told) -> Rows:
    """Run a bench on this installation's PostgreSQL, in a new database that is dropped afterwards."""
    with database_url(settings) as url, own_database(url) as own:
        return BENCHES[name].run(own, tell)


def as_json(rows: Rows, name: str = "") -> str:
    """The rows as a JSON list of objects, or as one object for a bench that has a single row."""
    found = [asdict(row) for row in rows]
    single = name in BENCHES and BENCHES[name].single
    return json.dumps(found[0] if single else found, ensure_ascii=False, indent=2)


def as_table(name: str, rows: Rows) -> Table:
    """The rows for a person."""
    bench = BENCHES[name]
    table = Table(title=bench.title)
    for heading in bench.headings.values():
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*(_shown(getattr(row, field)) for field in bench.headings))
    return table


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "有" if value else "无"
    if isinstance(value, float) and value >= 1000:
        return f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
