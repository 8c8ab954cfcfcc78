"""People who don't exist, for tests, rehearsals and demonstrations. The same seed gives the same people.

None of them can be taken for somebody real: ID numbers carry the area code 999999, which no province, county
or foreign resident has; mobiles begin with 154, the one prefix of the 15x block that no operator was given;
landlines have 99 after Weihai's area code, where a 9 leads to services and not to subscribers.
"""

import csv
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from .csvread import HOLDER_COLUMNS, EmployerRow, HolderRow, age_band
from .idnumber import Sex, make_id_number

AREA = "999999"
MOBILE_PREFIX = "154"
LANDLINE_PREFIX = "0631-99"
YOUNGEST, OLDEST = 60, 97

_SURNAMES = "王于李张刘孙丛毕姜宋林邹徐杨吕周赵侯鞠曲初隋连谭荣夏苗洪车邵"
_COMPOUND = ("欧阳", "司马", "诸葛", "上官", "慕容")
_GIVEN: dict[Sex, str] = {
    "女": "兰英芳秀桂玉凤莲珍梅淑华琴荣霞花香云爱红",
    "男": "国建德福成军海山志明文永庆忠义学光树洪殿",
}
_RARE = "𠮷喆堃翀赟䶮龑㛃"
_AGES = range(YOUNGEST, OLDEST + 1)
_AGE_WEIGHTS = [math.exp((YOUNGEST - age) / 11) for age in _AGES]


@dataclass(frozen=True, slots=True)
class Shares:
    """Of households: couples, and those a child helps. Of people: the rest."""

    couples: float = 0.25
    helped_by_child: float = 0.15
    no_phone: float = 0.05
    landline: float = 0.06
    priority: float = 0.03
    compound_surname: float = 0.01
    rare_character: float = 0.005


def people(
    n: int,
    seed: int,
    cohorts: Mapping[str, float],
    employers: Sequence[str] = (),
    *,
    on: date = date(2018, 5, 16),
    employer_cohorts: Collection[str] = ("danwei",),
    shares: Shares = Shares(),
) -> Iterator[HolderRow]:
    """`cohorts` are weights. People of an employer cohort get one of `employers`, some of which are large."""
    inventor = _Inventor(Random(seed), shares)  # noqa: S311  made to be repeated
    town = _Town(inventor, cohorts, employers, on, employer_cohorts)
    made = 0
    while made < n:
        for row in town.household(n - made):
            made += 1
            yield replace(row, line=made + 1)


def employer_rows(names: Mapping[str, str], seed: int) -> Iterator[EmployerRow]:
    """A made-up clerk for each employer (id to name)."""
    inventor = _Inventor(Random(seed), Shares())  # noqa: S311
    for line, (employer, name) in enumerate(names.items(), start=2):
        phone = inventor.landline() if line % 3 else inventor.mobile()
        yield EmployerRow(line=line, name=name, employer=employer, contact=inventor.name("女"), phone=phone)


def write_csv(
    path: Path,
    rows: Iterable[HolderRow],
    encoding: str = "utf-8-sig",
    *,
    cohort_names: Mapping[str, str] | None = None,
    employer_names: Mapping[str, str] | None = None,
) -> int:
    """A file as an operator would bring it; ids are written where no name is given. The number of rows."""
    names = {**(cohort_names or {}), **(employer_names or {})}
    count = 0
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.title for column in HOLDER_COLUMNS])
        for row in rows:
            ids = {"cohort": row.cohort, "employer": row.employer or ""}
            spelled = {key: names.get(identity, identity) for key, identity in ids.items()}
            spelled["priority"] = "是" if row.priority else ""
            writer.writerow([spelled.get(c.key, getattr(row, c.key)) for c in HOLDER_COLUMNS])
            count += 1
    return count


class _Inventor:
    """Makes up names and numbers, and no number twice."""

    def __init__(self, random: Random, shares: Shares) -> None:
        self.random = random
        self.shares = shares
        self._taken: set[str] = set()

    def name(self, sex: Sex) -> str:
        surname = self.random.choice(_COMPOUND if self.chance(self.shares.compound_surname) else _SURNAMES)
        given = self.random.choices(_GIVEN[sex], k=2 if self.chance(0.8) else 1)
        if self.chance(self.shares.rare_character):
            given[-1] = self.random.choice(_RARE)
        return surname + "".join(given)

    def mobile(self) -> str:
        return self._unused(lambda: f"{MOBILE_PREFIX}{self.random.randrange(10**8):08d}")

    def landline(self) -> str:
        return self._unused(lambda: f"{LANDLINE_PREFIX}{self.random.randrange(10**5):05d}")

    def phone(self) -> str:
        if self.chance(self.shares.no_phone):
            return ""
        return self.landline() if self.chance(self.shares.landline) else self.mobile()

    def id_number(self, birth: date, sex: Sex) -> str:
        man = int(sex == "男")
        return self._unused(lambda: make_id_number(AREA, birth, 2 * self.random.randrange(500) + man))

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def _unused(self, make: Callable[[], str]) -> str:
        number = next(number for number in iter(make, None) if number not in self._taken)
        self._taken.add(number)
        return number


@dataclass(frozen=True, slots=True)
class _Town:
    inventor: _Inventor
    cohorts: Mapping[str, float]
    employers: Sequence[str]
    on: date
    employer_cohorts: Collection[str]

    def household(self, room: int) -> Iterator[HolderRow]:
        """One person, or a couple that shares a phone and the child who helps."""
        inventor, random = self.inventor, self.inventor.random
        age = random.choices(_AGES, _AGE_WEIGHTS)[0]
        sexes: tuple[Sex, Sex] = random.choice((("女", "男"), ("男", "女")))
        phone = inventor.phone()
        child = inventor.mobile() if inventor.chance(inventor.shares.helped_by_child) else ""
        yield self._person(sexes[0], age, phone, child)
        if room > 1 and inventor.chance(inventor.shares.couples):
            other = min(max(age + random.randint(-3, 3), YOUNGEST), OLDEST)
            yield self._person(sexes[1], other, phone, child)

    def _person(self, sex: Sex, age: int, phone: str, child: str) -> HolderRow:
        random = self.inventor.random
        birth = self._birth(age)
        cohort = random.choices(list(self.cohorts), list(self.cohorts.values()))[0]
        return HolderRow(
            line=0,
            name=self.inventor.name(sex),
            id_number=self.inventor.id_number(birth, sex),
            cohort=cohort,
            age_band=age_band(birth, self.on),
            phone=phone,
            contact_phone=child,
            address=f"文登区示例路{random.randint(1, 200)}号" if age >= 90 else "",
            employer=self._employer() if cohort in self.employer_cohorts else None,
            priority=self.inventor.chance(self.inventor.shares.priority),
        )

    def _employer(self) -> str | None:
        """The first of the list are the large ones."""
        sizes = [1 / (rank + 5) for rank in range(len(self.employers))]
        return self.inventor.random.choices(self.employers, sizes)[0] if self.employers else None

    def _birth(self, age: int) -> date:
        leap_day = (self.on.month, self.on.day) == (2, 29)
        birthday = self.on.replace(year=self.on.year - age, day=28 if leap_day else self.on.day)
        return birthday - timedelta(days=self.inventor.random.randrange(365))
