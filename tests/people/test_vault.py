from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from itertools import count
from random import Random
from threading import Barrier
from typing import Any

import pytest
from psycopg_pool import ConnectionPool

from queueing.people import vault as vault_module
from queueing.people.idnumber import BadIdNumberError
from queueing.people.person import EmployerContact, Person, PersonRecord
from queueing.people.phone import BadPhoneError
from queueing.people.vault import UnknownCardError, Vault, new_card_id

from .conftest import MASTER_KEY, somebody

NOW = datetime(2018, 7, 2, 9, 30)


def put(vault: Vault, person: PersonRecord) -> str:
    return vault.put_many([person])[0].card


def statuses(vault: Vault, *people: PersonRecord) -> list[str]:
    return [result.status for result in vault.put_many(people)]


def numbered(prefix: str) -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{prefix}{next(numbers)}"


def test_a_person_comes_back_as_put(vault: Vault):
    somewhere = somebody(contact_phone="154 9999 0000", address="文登区 示例路1号", phone="+86 15412345678")

    card = put(vault, somewhere)

    assert vault.get(card) == Person(
        card=card,
        id_number=somewhere.id_number,
        name="王小兰",
        birth=date(1948, 3, 9),
        phone="15412345678",
        contact_phone="15499990000",
        address="文登区示例路1号",
    )


def test_an_unknown_card_has_nobody(vault: Vault):
    assert vault.get("c-none") is None
    assert vault.get_many(["c-none"]) == {}
    assert vault.get_many([]) == {}


def test_results_come_in_the_order_of_the_people(vault: Vault, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(vault_module, "BATCH", 7)
    people = [somebody(seq, name=f"王{'兰' * (seq % 3 + 1)}") for seq in range(40)]
    Random(3).shuffle(people)

    results = vault.put_many(people)

    holders = vault.get_many(result.card for result in results)
    assert [holders[result.card].id_number for result in results] == [p.id_number for p in people]


def test_the_same_person_keeps_the_card(vault: Vault):
    first = vault.put_many([somebody(1), somebody(2)], numbered("a"))
    again = vault.put_many([somebody(2), somebody(3), somebody(1)], numbered("b"))

    assert {result.card for result in first} == {"a1", "a2"}
    assert [result.status for result in again] == ["same", "new", "same"]
    assert [again[2].card, again[0].card] == [result.card for result in first]


def test_a_person_listed_twice_is_one_person(vault: Vault):
    results = vault.put_many([somebody(), somebody(), somebody(phone="15400009999")])

    assert [result.status for result in results] == ["new", "same", "changed"]
    assert len({result.card for result in results}) == 1
    assert vault.find_by_phone("15400009999") == [results[0].card]


def test_a_changed_person_is_found_by_the_new_data_only(vault: Vault):
    card = put(vault, somebody(phone="15400000001", name="王小兰"))

    assert statuses(vault, somebody(phone="15400000002", name="王晓兰")) == ["changed"]

    assert vault.find_by_phone("15400000001") == []
    assert vault.find_by_name("王小兰") == []
    assert vault.find_by_phone("15400000002") == vault.find_by_name("王晓兰") == [card]


def test_an_import_takes_nothing_away_that_its_file_leaves_empty(vault: Vault):
    card = put(vault, somebody(contact_phone="15488880000", address="示例路1号"))

    assert statuses(vault, somebody(phone="")) == ["same"]

    person = vault.get(card)
    assert person
    assert (person.phone, person.contact_phone, person.address) == ("15400000002", "15488880000", "示例路1号")


def test_an_import_does_not_undo_what_the_person_asked_for(vault: Vault):
    card = put(vault, somebody())
    vault.change_contact(card, phone="15477770000")

    assert statuses(vault, somebody()) == ["same"]
    assert statuses(vault, somebody(name="王晓兰")) == ["changed"]

    person = vault.get(card)
    assert person
    assert (person.name, person.phone) == ("王晓兰", "15477770000")


def test_the_result_tells_whether_a_message_reaches(vault: Vault):
    people = [
        somebody(1),
        somebody(2, phone=""),
        somebody(3, phone="0631-9900001"),
        somebody(4, phone="", contact_phone="15488880000"),
    ]

    assert [result.reach for result in vault.put_many(people)] == [True, False, False, True]


def test_a_bad_number_is_refused_before_anything_is_written(vault: Vault):
    for bad, refusal in (
        (replace(somebody(2), id_number="123"), BadIdNumberError),
        (somebody(2, phone="123"), BadPhoneError),
    ):
        with pytest.raises(refusal):
            vault.put_many([somebody(1), bad])

    assert vault.find_by_name("王小兰") == []


def test_a_couple_shares_a_phone(vault: Vault):
    couple = [put(vault, somebody(seq, phone="15411110000")) for seq in (1, 2)]
    put(vault, somebody(3))

    assert vault.find_by_phone("+86 154-1111-0000") == sorted(couple)


def test_a_child_is_the_contact_of_both_parents(vault: Vault):
    parents = [put(vault, somebody(seq, contact_phone="15488880000")) for seq in (1, 2)]
    child = put(vault, somebody(3, phone="15488880000"))

    assert vault.find_by_phone("15488880000") == sorted([*parents, child])
    assert vault.find_by_phone_tail("0000") == sorted([*parents, child])


def test_people_without_a_phone_do_not_find_each_other(vault: Vault):
    put(vault, somebody(1, phone=""))
    put(vault, somebody(2, phone=""))

    assert vault.find_by_phone("") == vault.find_by_phone_tail("") == []


def test_staff_find_a_person_by_what_they_are_told(vault: Vault):
    person = somebody(27)
    card = put(vault, person)
    put(vault, somebody(14, name="李秀英", phone="0631-9905678"))
    tail = person.id_number[-4:]

    assert vault.find_by_id(f" {person.id_number[:6]} {person.id_number[6:].lower()}") == card
    assert vault.find_by_id_tail(tail.lower()) == [card]
    assert vault.find_by_phone_tail("0027") == [card]
    assert vault.find_by_name("王 小兰") == [card]


@pytest.mark.parametrize("nonsense", ["", "王", "123", "0000000000", "'; drop table vault_people; --"])
def test_nonsense_finds_nobody(vault: Vault, nonsense: str):
    put(vault, somebody())

    assert vault.find_by_id(nonsense) is None
    finds = (vault.find_by_phone, vault.find_by_id_tail, vault.find_by_phone_tail, vault.find_by_name)
    assert [find(nonsense) for find in finds] == [[], [], [], []]


def test_a_thread_key_finds_the_people_and_tells_nothing(vault: Vault):
    card = put(vault, somebody(phone="15411110000"))
    key = vault.phone_index("+8615411110000")

    assert key == vault.phone_index("154 1111 0000") != vault.phone_index("15411110001")
    assert vault.find_by_phone_index(key) == [card]
    assert "15411110000" not in key


def test_a_sender_with_no_ordinary_number_has_a_thread_key_too(vault: Vault):
    assert vault.phone_index("1069 0001") == vault.phone_index("10690001") != vault.phone_index("95588")


def test_a_contact_is_changed_field_by_field(vault: Vault):
    card = put(vault, somebody(contact_phone="15488880000", address="示例路1号"))

    changed = vault.change_contact(card, phone="0631 9900001", address="")

    assert changed == vault.get(card)
    assert (changed.phone, changed.contact_phone, changed.address) == ("0631-9900001", "15488880000", "")
    assert changed.sms_number == "15488880000"
    assert vault.change_contact(card, contact_phone="").sms_number is None
    assert vault.find_by_phone("15488880000") == vault.find_by_phone("15400000002") == []
    assert vault.find_by_phone("06319900001") == [card]


def test_a_contact_with_a_bad_number_stays_as_it_was(vault: Vault):
    card = put(vault, somebody())

    with pytest.raises(BadPhoneError):
        vault.change_contact(card, phone="123")

    assert vault.find_by_phone("15400000002") == [card]


def test_nobody_has_no_contact_to_change(vault: Vault):
    card = put(vault, somebody())
    vault.erase(card, NOW)

    for nobody in ("c-none", card):
        with pytest.raises(UnknownCardError, match=nobody):
            vault.change_contact(nobody, phone="15411110000")


def test_an_erased_person_leaves_a_tombstone_and_nothing_else(vault: Vault, pool: ConnectionPool[Any]):
    person = somebody(contact_phone="15488880000", address="示例路1号")
    card = put(vault, person)

    assert vault.erase(card, NOW)

    assert vault.get(card) is None
    assert vault.erased_at(card) == NOW
    assert vault.find_by_id(person.id_number) is None
    for found in (
        vault.find_by_phone(person.phone),
        vault.find_by_phone("15488880000"),
        vault.find_by_id_tail(person.id_number[-4:]),
        vault.find_by_phone_tail(person.phone[-4:]),
        vault.find_by_name(person.name),
    ):
        assert found == []
    with pool.connection() as connection:
        row = connection.execute("select * from vault_people where card = %s", [card]).fetchone()
    assert row is not None
    assert [value for value in row if value is not None] == [card, NOW]


def test_erasing_twice_keeps_the_first_time(vault: Vault):
    card = put(vault, somebody())

    assert vault.erase(card, NOW)
    assert not vault.erase(card, datetime(2018, 7, 3))
    assert not vault.erase("c-none", NOW)
    assert vault.erased_at(card) == NOW
    assert vault.erased_at("c-none") is None


def test_an_erased_person_imported_again_is_a_new_card(vault: Vault):
    card = put(vault, somebody())
    vault.erase(card, NOW)

    again = vault.put_many([somebody()])[0]

    assert again.status == "new"
    assert again.card != card
    assert vault.get(card) is None


def test_imports_at_the_same_time_give_each_person_one_card(vault: Vault, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(vault_module, "BATCH", 50)
    people = [somebody(seq) for seq in range(300)]

    def import_shuffled(seed: int) -> dict[str, tuple[str, str]]:
        mine = Random(seed).sample(people, len(people))
        results = vault.put_many(mine)
        return {p.id_number: (r.card, r.status) for p, r in zip(mine, results, strict=True)}

    with ThreadPoolExecutor(4) as threads:
        imports = list(threads.map(import_shuffled, range(4)))

    for person in people:
        cards, outcomes = zip(*(done[person.id_number] for done in imports), strict=True)
        assert set(cards) == {vault.find_by_id(person.id_number)}
        assert sorted(outcomes) == ["new", "same", "same", "same"]


def test_two_imports_in_opposite_orders_wait_for_each_other_without_a_deadlock(
    vault: Vault, pool: ConnectionPool[Any]
):
    with pool.connection() as connection:  # slow rows, so that the two are sure to meet half-way
        connection.execute(
            """create function slow() returns trigger language plpgsql as
            $$ begin perform pg_sleep(0.005); return new; end $$;
            create trigger slow before insert on vault_people for each row execute function slow()"""
        )
    people = [somebody(seq) for seq in range(100)]
    start = Barrier(2)

    def import_all(mine: list[PersonRecord]) -> int:
        start.wait()
        return sum(result.status == "new" for result in vault.put_many(mine))

    with ThreadPoolExecutor(2) as threads:
        assert sum(threads.map(import_all, [people, people[::-1]])) == len(people)


def test_a_contact_changed_during_an_import_is_not_lost(vault: Vault):
    card = put(vault, somebody())

    with ThreadPoolExecutor(2) as threads:
        imports = threads.submit(lambda: [vault.put_many([somebody(name=f"王{n}")]) for n in "甲乙丙丁" * 10])
        for turn in range(40):
            vault.change_contact(card, phone=f"1547777{turn:04d}")
        imports.result()

    person = vault.get(card)
    assert person
    assert (person.phone, person.name) == ("15477770039", "王丁")


def test_a_card_id_used_before_is_never_given_to_somebody_else(vault: Vault):
    put(vault, somebody(1))
    vault.put_many([somebody(2)], lambda: "c-used")

    with pytest.raises(Exception, match="c-used"):
        vault.put_many([somebody(3), somebody(4)], lambda: "c-used")

    assert vault.find_by_id(somebody(3).id_number) is None


def test_new_card_ids_are_short_and_opaque():
    ids = {new_card_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert all(len(card) == 11 and card[0] == "c" and card.isalnum() and card.islower() for card in ids)


def test_an_employers_contact_is_kept_replaced_and_erased(vault: Vault):
    vault.put_employer_contacts(
        [
            EmployerContact(employer="e001", name="孙 经办", phone="0631 9900001"),
            EmployerContact(employer="e002"),
        ]
    )
    vault.put_employer_contacts([EmployerContact(employer="e001", name="于经办", phone="15411110000")])

    assert vault.get_employer_contact("e001") == EmployerContact(
        employer="e001", name="于经办", phone="15411110000"
    )
    assert set(vault.get_employer_contacts(["e001", "e002", "e003"])) == {"e001", "e002"}
    assert vault.get_employer_contact("e003") is None
    assert vault.erase_employer_contact("e001")
    assert not vault.erase_employer_contact("e001")
    assert vault.get_employer_contact("e001") is None


def test_migrating_again_or_at_once_changes_nothing(vault: Vault, pool: ConnectionPool[Any]):
    card = put(vault, somebody())

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: Vault(pool, MASTER_KEY).migrate(), range(4)))

    assert vault.get(card) is not None


def test_the_first_processes_may_migrate_at_the_same_time(pool: ConnectionPool[Any]):
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: Vault(pool, MASTER_KEY).migrate(), range(4)))

    assert statuses(Vault(pool, MASTER_KEY), somebody()) == ["new"]
