"""A whole list of holders from a file into the vault and the log: reading, checking, sealing, registering."""

from __future__ import annotations

import base64
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

from queueing.importing import cohort_spellings, employer_ids, import_employers, import_holders
from queueing.people.csvread import read_holders
from queueing.people.synthetic import employer_rows, people, write_csv
from queueing.policies.opening import opening
from queueing.rehearsal.rehearse import COHORTS
from queueing.season.employers import read_employers
from queueing.season.load import default_directory, load_season
from queueing.settings import Settings
from queueing.system import System, open_system
from queueing.tables import migrate

HOLDERS = 40_000
SEED = 7
_KEY = base64.b64encode(bytes(32)).decode()
"""The people are made up, and so is the key that seals them."""


@dataclass(frozen=True, slots=True)
class Row:
    """An import, from the file to the last acknowledged batch."""

    holders: int
    seconds: float
    holders_per_s: float


def bench_import(
    url: str, holders: int = HOLDERS, tell: Callable[[str], None] = lambda line: None
) -> list[Row]:
    """In the (empty) database of `url`."""
    migrate(url)
    season = load_season(default_directory())
    now = datetime.combine(season.first_day, clock_time(12)) - timedelta(days=1)
    settings = replace(Settings.from_env(), database_url=url, master_key=_KEY, sms="local")
    with (
        closing(open_system(settings, clock=lambda: now, season=season)) as system,
        tempfile.TemporaryDirectory(prefix="queueing-bench-") as directory,
    ):
        system.desk.handle(opening(season), by="system", via="system")
        names = {row.id: row.name for row in read_employers(default_directory() / "employers.csv")}
        import_employers(system, employer_rows(names, SEED), by="system")
        file = Path(directory) / "holders.csv"
        tell(f"编造 {holders} 人的名单")
        write_csv(file, people(holders, SEED, COHORTS, sorted(names), on=season.first_day))
        tell("导入")
        seconds = _import(system, file, holders)
    return [Row(holders, round(seconds, 2), round(holders / seconds, 1))]


def _import(system: System, file: Path, holders: int) -> float:
    begun = time.perf_counter()
    spellings = cohort_spellings(system.season)
    rows = read_holders(file, spellings, employer_ids(system), system.clock().date())
    report = import_holders(system, rows, by="system")
    seconds = time.perf_counter() - begun
    if report.registered != holders:
        raise RuntimeError(f"{report.registered} of {holders} holders were registered: {report.bad[:3]}")
    return seconds
