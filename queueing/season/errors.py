"""What is wrong with a season's files, said so that an operator can put it right."""

from collections.abc import Iterable

from msgspec import Struct


class Problem(Struct, frozen=True):
    """One thing to correct: in which file, at which key, and why."""

    file: str
    key: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file} 的 {self.key}：{self.reason}" if self.key else f"{self.file}：{self.reason}"


class SeasonError(ValueError):
    """The configuration can't be used; `problems` lists everything found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UnknownYearError(SeasonError):
    """Nobody has told us the public holidays of this year."""

    def __init__(self, year: int) -> None:
        self.year = year
        reason = (
            f"还不知道 {year} 年的节假日。请在这个文件里加上 [years.{year}]，"
            "写明 holidays（放假日）和 working_days（调休上班日），或升级 chinesecalendar。"
        )
        super().__init__([Problem("holidays.toml", f"years.{year}", reason)])
