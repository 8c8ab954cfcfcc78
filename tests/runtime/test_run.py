"""`queueing run`: one address when it is ready, one copy on its data, and no process left behind."""

import signal
from pathlib import Path
from urllib.request import urlopen

import psutil
import psycopg
import pytest

from queueing.runtime import instance, leftovers
from queueing.runtime.run import how_to_sign_in
from queueing.settings import Settings
from tests.patience import PATIENCE, eventually
from tests.runtime.conftest import Start, System, alive, arguments, launch

_READY = "已就绪，请打开 http://127.0.0.1:"


def _ready(system: System) -> str:
    line = system.line()
    assert line.startswith(_READY)
    return line.removeprefix("已就绪，请打开 ")


def _healthy(address: str) -> bool:
    with urlopen(address + "healthz", timeout=PATIENCE) as answer:  # noqa: S310
        return bool(answer.status == 200)


def _workers(system: System) -> list[psutil.Process]:
    """Every process of the running system, the ones its workers start included."""

    def sleepers() -> int:
        return sum("time.sleep" in " ".join(arguments(each)) for each in system.processes())

    eventually(lambda: sleepers() == 2)
    return system.processes()


def test_only_a_demonstration_says_how_to_sign_in() -> None:
    settings = Settings.from_env({"PORT": "8123"})
    (line,) = how_to_sign_in(settings, [("manager", "zhuguan", "主管"), ("admin", "guanli", "管理员")])
    assert all(part in line for part in ("http://127.0.0.1:8123/staff", "manager", "zhuguan"))
    assert "guanli" not in line
    assert list(how_to_sign_in(settings, [])) == []


def test_ctrl_c_stops_everything(start: Start) -> None:
    system = start()
    assert _healthy(_ready(system))
    processes = _workers(system)
    assert system.ended(signal.SIGINT) == 0
    assert system.line() == "正在停止……"
    assert alive(processes) == []
    assert instance.running(system.var_dir) is None


def test_a_second_copy_is_refused_and_touches_nothing(steady: System) -> None:
    before = steady.processes()
    written = {path: path.stat().st_mtime_ns for path in steady.var_dir.iterdir()}
    found = instance.running(steady.var_dir)
    assert found is not None
    second = launch({"VAR_DIR": str(steady.var_dir)})
    output, _ = second.process.communicate(timeout=PATIENCE)
    assert second.process.returncode == 1
    assert output == (
        f"这份数据（{steady.var_dir}）已有程序在使用，地址 {found.url}/："
        "请先停止它，或用 VAR_DIR 指定另一个目录。\n"
    )
    assert set(before) <= set(steady.processes())
    assert {path: path.stat().st_mtime_ns for path in steady.var_dir.iterdir()} == written
    assert _healthy(f"{found.url}/")


def test_after_a_kill_the_next_run_clears_up_and_starts(start: Start) -> None:
    killed = start()
    _ready(killed)
    orphans = _workers(killed)
    killed.ended(signal.SIGKILL)
    assert len(alive(orphans)) == len(orphans)
    system = start()
    assert system.line() == "上一次运行没有正常结束，已停止它留下的 8 个进程。"
    _ready(system)
    assert alive(orphans) == []


def test_what_dies_is_started_again(start: Start) -> None:
    system = start()
    address = _ready(system)
    postmaster, _ = leftovers.servers(system.var_dir)[0]
    next(each for each in system.processes() if arguments(each)[-1:] == ["web"]).kill()
    psutil.Process(postmaster).kill()
    assert system.line() == "内置的 PostgreSQL 意外停止，正在重新启动。"
    found = instance.announcement(system.var_dir)
    assert found is not None
    eventually(lambda: psycopg.connect(found.database_url), psycopg.OperationalError).close()
    eventually(lambda: _healthy(address), OSError)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("DATABASE_URL", "postgresql://u:hush@127.0.0.1:1/d"), ("REDIS_URL", "redis://:hush@127.0.0.1:1/0")],
)
def test_a_service_out_of_reach_is_one_sentence(start: Start, variable: str, value: str) -> None:
    system = start(**{variable: value})
    sentence = system.line()
    assert system.ended() == 1
    assert (variable in sentence, "hush" in sentence, sentence.endswith("。")) == (True, False, True)
    assert system.line() == ""


def test_it_runs_wherever_the_checkout_lies_and_ends_on_sigterm(start: Start, var_dir: Path) -> None:
    deep = var_dir / "很长 的 路径" / ("100% 'quoted' " * 6) / ("x" * 120)
    system = start(VAR_DIR=str(deep))
    _ready(system)
    found = instance.running(deep)
    assert found is not None
    with psycopg.connect(found.database_url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW data_directory").fetchone() == (str(deep / "postgres"),)
    processes = system.processes()
    assert system.ended(signal.SIGTERM) == 0
    assert alive(processes) == []
