"""What may never be seen outside the vault: in its tables, in texts about it, or with the wrong key."""

import dataclasses
import importlib
import logging
import pkgutil
import traceback
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg.errors import UniqueViolation
from psycopg.sql import SQL, Identifier
from psycopg_pool import ConnectionPool

import queueing.people
from queueing.errors import UserError
from queueing.people import idnumber, phone
from queueing.people.csvread import CsvFileError, read_holders
from queueing.people.person import EmployerContact, PersonRecord
from queueing.people.sealing import Keyring, UnreadableRecordError, WrongMasterKeyError
from queueing.people.vault import Vault

from .conftest import MASTER_KEY, somebody

OTHER_KEY = bytes(range(1, 33))
PERSONAL_FIELDS = {"name", "phone", "contact_phone", "id_number", "address", "contact", "record", "fields"}
NAME, PHONE = "兰小王"[::-1], "15412345678"  # reversed: a traceback quotes source lines


def personal_classes() -> Iterator[type[Any]]:
    for module in pkgutil.iter_modules(queueing.people.__path__, "queueing.people."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and dataclasses.is_dataclass(value):
                yield value


@pytest.mark.parametrize("cls", sorted(set(personal_classes()), key=lambda cls: cls.__name__))
def test_no_object_shows_personal_data_when_printed(cls: type[Any]):
    shown = {"name"} if cls.__name__ == "EmployerRow" else set()  # an employer's own name is public
    instance = object.__new__(cls)
    for field in dataclasses.fields(cls):
        secret = field.name in PERSONAL_FIELDS - shown
        object.__setattr__(instance, field.name, NAME if secret else "")

    assert NAME not in f"{instance!r} {instance}"


def test_the_check_above_sees_every_class_that_holds_people():
    names = {cls.__name__ for cls in personal_classes()}

    assert {
        "Person",
        "PersonRecord",
        "StoredPerson",
        "EmployerContact",
        "HolderRow",
        "EmployerRow",
        "Line",
    } <= names


def test_parsed_numbers_do_not_show_themselves():
    texts = f"{phone.parse_phone('15412345678')!r} {idnumber.parse_id_number(somebody().id_number)}"

    assert "15412345678" not in texts
    assert somebody().id_number not in texts


def test_the_keyring_does_not_show_its_keys():
    assert repr(Keyring(MASTER_KEY)) == "Keyring(…)"


def test_the_tables_hold_nothing_readable(vault: Vault, pool: ConnectionPool[Any]):
    person = somebody(
        name="欧阳小兰", phone="15412345678", contact_phone="15487654321", address="文登区示例路1号"
    )
    vault.put_many([person])
    vault.put_employer_contacts([EmployerContact(employer="e001", name="孙经办", phone="0631-9900001")])

    with pool.connection() as connection:
        tables = (
            SQL("select * from {}").format(Identifier(f"vault_{n}")) for n in ("people", "employers", "check")
        )
        stored = b"".join(
            value if isinstance(value, bytes) else str(value).encode()
            for table in tables
            for row in connection.execute(table).fetchall()
            for value in row
        )

    for text in (
        person.id_number,
        "19480309",
        "欧阳",
        "15412345678",
        "15487654321",
        "示例路",
        "孙经办",
        "9900001",
    ):
        assert text.encode() not in stored
    assert b"e001" in stored


def test_two_people_with_the_same_name_are_sealed_differently(vault: Vault, pool: ConnectionPool[Any]):
    vault.put_many([somebody(1), somebody(2)])

    with pool.connection() as connection:
        rows = connection.execute("select sealed_key, sealed_record from vault_people").fetchall()

    assert len({part for row in rows for part in row}) == 4


def test_a_record_moved_to_another_card_does_not_open(vault: Vault, pool: ConnectionPool[Any]):
    cards = [result.card for result in vault.put_many([somebody(1), somebody(2)])]
    with pool.connection() as connection:
        connection.execute(
            """update vault_people mine
            set sealed_key = theirs.sealed_key, sealed_record = theirs.sealed_record
            from vault_people theirs where mine.card = %s and theirs.card = %s""",
            cards,
        )

    with pytest.raises(UnreadableRecordError, match=cards[0]):
        vault.get(cards[0])
    assert vault.get(cards[1]) is not None


@pytest.mark.parametrize(
    "use",
    [
        lambda vault: vault.migrate(),
        lambda vault: vault.put_many([somebody(3)]),
        lambda vault: vault.get("c1"),
        lambda vault: vault.find_by_name("王小兰"),
        lambda vault: vault.erase("c1", datetime(2018, 7, 2)),
        lambda vault: vault.put_employer_contacts([EmployerContact(employer="e001")]),
    ],
)
def test_with_a_wrong_master_key_nothing_is_read_or_written(
    vault: Vault, pool: ConnectionPool[Any], use: Callable[[Vault], object]
):
    vault.put_many([somebody(1)], lambda: "c1")

    with pytest.raises(WrongMasterKeyError, match="主密钥"):
        use(Vault(pool, OTHER_KEY))

    assert vault.get("c1") is not None
    assert vault.find_by_name("王小兰") == ["c1"]
    assert vault.get_employer_contact("e001") is None


def test_a_short_master_key_is_refused(pool: ConnectionPool[Any]):
    with pytest.raises(UserError, match="32字节"):
        Vault(pool, b"short")


def test_another_master_key_gives_other_indexes(pool: ConnectionPool[Any]):
    ours, theirs = Vault(pool, MASTER_KEY), Vault(pool, OTHER_KEY)

    assert ours.phone_index("15412345678") != theirs.phone_index("15412345678")


def test_each_kind_of_index_has_a_key_of_its_own():
    keys = Keyring(MASTER_KEY)

    assert keys.index("id_tail", "1234") != keys.index("phone_tail", "1234")


def test_errors_and_logs_repeat_no_personal_data(
    vault: Vault, pool: ConnectionPool[Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    person = somebody(phone=PHONE, name=NAME)
    vault.put_many([person], lambda: "c1")
    file = tmp_path / "holders.csv"
    file.write_text(f"{NAME},{person.id_number},{PHONE},托管\n", encoding="utf-8")

    def damage_and_read() -> None:
        with pool.connection() as connection:
            connection.execute("update vault_people set sealed_record = sealed_record || '\\x00'")
        vault.get("c1")

    attempts: list[Callable[[], object]] = [
        lambda: vault.put_many([PersonRecord(id_number=person.id_number[:17], name=NAME)]),
        lambda: vault.put_many([somebody(phone=PHONE + "1")]),
        lambda: vault.change_contact("c1", phone=PHONE + "1"),
        lambda: vault.put_employer_contacts([EmployerContact(employer="e1", name=NAME, phone=PHONE + "1")]),
        lambda: vault.put_many([somebody(9, name=NAME, phone=PHONE)], lambda: "c1"),
        lambda: list(read_holders(file, {}, {}, date(2018, 5, 16))),
        damage_and_read,
    ]
    for attempt in attempts:
        with pytest.raises((UserError, UniqueViolation)) as caught:
            attempt()
        text = "".join(traceback.format_exception(caught.value)) + repr(caught.value.args) + caplog.text
        assert [secret for secret in (person.id_number[:17], NAME, PHONE) if secret in text] == []


def test_a_file_without_a_heading_is_refused_without_showing_its_first_line(tmp_path: Path):
    file = tmp_path / "holders.csv"
    file.write_text(f"{NAME},{somebody().id_number},,托管\n", encoding="utf-8")

    with pytest.raises(CsvFileError, match="标题行") as caught:
        list(read_holders(file, {}, {}, date(2018, 5, 16)))

    assert NAME not in str(caught.value)
