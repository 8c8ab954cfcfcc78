from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from queueing.people.csvread import HolderRow, read_holders
from queueing.people.idnumber import parse_id_number
from queueing.people.phone import parse_phone
from queueing.people.synthetic import (
    AREA,
    LANDLINE_PREFIX,
    MOBILE_PREFIX,
    Shares,
    employer_rows,
    people,
    write_csv,
)

COHORTS = {"danwei": 0.5, "getihu": 0.2, "tuoguan": 0.3}
EMPLOYERS = [f"e{n:03d}" for n in range(1, 11)]
ON = date(2018, 5, 16)


@pytest.fixture(scope="module")
def town() -> list[HolderRow]:
    return list(people(3000, 7, COHORTS, EMPLOYERS, on=ON))


def test_the_same_seed_gives_the_same_people(town: list[HolderRow]):
    assert list(people(3000, 7, COHORTS, EMPLOYERS, on=ON)) == town
    assert list(people(3000, 8, COHORTS, EMPLOYERS, on=ON)) != town


def test_nobody_can_be_taken_for_somebody_real(town: list[HolderRow]):
    phones = {phone for row in town for phone in (row.phone, row.contact_phone) if phone}

    assert all(parse_id_number(row.id_number).number.startswith(AREA) for row in town)
    assert all(parse_phone(phone).number == phone for phone in phones)
    assert all(phone.startswith((MOBILE_PREFIX, LANDLINE_PREFIX)) for phone in phones)


def test_everybody_is_another_person_of_sixty_to_ninety_seven(town: list[HolderRow]):
    births = [parse_id_number(row.id_number).birth for row in town]

    assert len({row.id_number for row in town}) == len(town) == 3000
    assert all(date(1920, 5, 17) <= birth <= date(1958, 5, 16) for birth in births)
    assert {row.age_band for row in town} == {"60", "70", "80", "90"}


def test_the_town_has_families_and_people_who_are_hard_to_reach(town: list[HolderRow]):
    sharing = Counter(row.phone for row in town if row.phone)
    helped = Counter(row.contact_phone for row in town if row.contact_phone)

    assert max(sharing.values()) == 2
    assert max(helped.values()) == 2
    assert any(not row.phone for row in town)
    assert any(row.phone.startswith("0631-") for row in town)
    assert any(row.priority for row in town)
    assert any(len(row.name) == 4 for row in town)
    assert any(ord(letter) > 0xFFFF for row in town for letter in row.name)


def test_only_people_of_an_employer_cohort_have_an_employer(town: list[HolderRow]):
    assert all((row.employer is not None) == (row.cohort == "danwei") for row in town)
    assert {row.employer for row in town if row.employer} == set(EMPLOYERS)
    assert 0.45 < sum(row.cohort == "danwei" for row in town) / len(town) < 0.55


def test_shares_are_obeyed():
    alone = Shares(couples=0, helped_by_child=0, no_phone=1, landline=0, priority=0, compound_surname=1)
    rows = list(people(50, 1, {"getihu": 1.0}, shares=alone))

    assert {(row.phone, row.contact_phone, row.priority, row.employer) for row in rows} == {
        ("", "", False, None)
    }
    assert all(len(row.name) >= 3 for row in rows)


@pytest.mark.parametrize("on", [date(2016, 2, 29), date(2018, 5, 31), date(2018, 12, 31)])
def test_ages_are_right_on_any_day(on: date):
    births = [parse_id_number(row.id_number).birth for row in people(500, 3, {"getihu": 1.0}, on=on)]
    ages = [on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day)) for birth in births]

    assert min(ages) == 60
    assert max(ages) <= 97


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_written_file_is_read_back_the_same(town: list[HolderRow], tmp_path: Path, encoding: str):
    path = tmp_path / "holders.csv"
    cohort_names = {"danwei": "单位代领", "getihu": "个体工商户", "tuoguan": "托管"}
    employer_names = {employer: f"示例{employer}有限公司" for employer in EMPLOYERS}

    written = write_csv(path, town, encoding, cohort_names=cohort_names, employer_names=employer_names)
    spellings = ({name: key for key, name in names.items()} for names in (cohort_names, employer_names))

    assert written == len(town)
    assert "示例e001有限公司" in path.read_text(encoding)
    assert list(read_holders(path, *spellings, ON)) == town


def test_every_employer_has_a_made_up_clerk():
    rows = list(employer_rows({"e001": "甲公司", "e002": "乙公司"}, seed=1))

    assert [(row.employer, row.name) for row in rows] == [("e001", "甲公司"), ("e002", "乙公司")]
    assert all(row.contact and parse_phone(row.phone).number == row.phone for row in rows)
