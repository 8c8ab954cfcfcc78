"""Load a season from its directory of files; whatever is wrong is reported all at once."""

from pathlib import Path

from queueing.season.consistency import problems_of
from queueing.season.errors import Problem, SeasonError
from queueing.season.model import Faq, HolidaySettings, Season, SeasonSettings, SmsSettings, WaveSettings
from queueing.season.reading import T, convert, read_table
from queueing.season.sketch import read_map


def load_season(directory: Path) -> Season:
    """The season described by season.toml, waves.toml, holidays.toml, faq.toml and, where they are, sms.toml
    and map.svg.

    Raises SeasonError naming the file, the key and the reason of every problem.
    """
    problems: list[Problem] = []
    settings = _load(directory / "season.toml", SeasonSettings, problems)
    waves = _load(directory / "waves.toml", WaveSettings, problems)
    holidays = _load(directory / "holidays.toml", HolidaySettings, problems)
    faq = _load(directory / "faq.toml", dict[str, Faq], problems)
    sms = _load(directory / "sms.toml", SmsSettings, problems) if _codes(directory) else SmsSettings()
    sketch = read_map(directory / "map.svg", problems)
    if problems or settings is None or waves is None or holidays is None or faq is None or sms is None:
        raise SeasonError(problems)
    season = Season(
        **{field: getattr(settings, field) for field in SeasonSettings.__struct_fields__},
        cohorts=waves.cohorts,
        waves=waves.waves,
        faq=faq,
        holidays=holidays.years,
        sms=sms,
        map=sketch,
    )
    if found := problems_of(season):
        raise SeasonError(found)
    return season


def _codes(directory: Path) -> bool:
    """Whether there are codes of a provider; most providers take texts and need none."""
    return (directory / "sms.toml").exists()


def _load(path: Path, into: type[T], problems: list[Problem]) -> T | None:
    table = read_table(path, problems)
    return None if table is None else convert(path.name, table, into, problems)


def default_directory() -> Path:
    """`config` where the command is run, else the one beside the package in a checkout."""
    here = Path("config")
    return here if (here / "season.toml").exists() else Path(__file__).parents[2] / "config"
