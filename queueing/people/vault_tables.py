"""The vault's tables and statements. Every column but the ids and the tombstone is sealed or blind."""

PERSON_COLUMNS = {
    "card": "text",
    "sealed_key": "bytea",
    "sealed_record": "bytea",
    "id_index": "bytea",
    "phone_index": "bytea",
    "contact_phone_index": "bytea",
    "id_tail_index": "bytea",
    "phone_tail_index": "bytea",
    "contact_phone_tail_index": "bytea",
    "name_index": "bytea",
}
_INDEXES = [column for column in PERSON_COLUMNS if column.endswith("_index")]

SCHEMA = """
create table if not exists vault_check (only_one boolean primary key default true check (only_one),
    sealed_key bytea not null, sealed_text bytea not null);
create table if not exists vault_people (card text primary key, sealed_key bytea, sealed_record bytea,
    id_index bytea unique, phone_index bytea, contact_phone_index bytea, id_tail_index bytea,
    phone_tail_index bytea, contact_phone_tail_index bytea, name_index bytea, erased_at timestamp,
    check ((sealed_key is null) = (erased_at is not null)));
create table if not exists vault_employers (employer text primary key,
    sealed_key bytea not null, sealed_record bytea not null);
""" + "\n".join(
    f"create index if not exists vault_people_{column} on vault_people ({column}) where {column} is not null;"
    for column in _INDEXES
    if column != "id_index"
)

LOCK_FOR_MIGRATION = "select pg_advisory_xact_lock(hashtext('vault migration'))"
INSERT_CHECK = "insert into vault_check (sealed_key, sealed_text) values (%s, %s) on conflict do nothing"
SELECT_CHECK = "select sealed_key, sealed_text from vault_check"

SELECT_PEOPLE = """
select card, sealed_key, sealed_record from vault_people where card = any(%s) and erased_at is null"""
LOCK_PERSON = SELECT_PEOPLE + " for update"
LOCK_KNOWN = """
select id_index, card, sealed_key, sealed_record from vault_people
where id_index = any(%s::bytea[]) order by id_index for update"""
INSERT_PEOPLE = f"""
insert into vault_people ({", ".join(PERSON_COLUMNS)})
select * from unnest({", ".join(f"%s::{kind}[]" for kind in PERSON_COLUMNS.values())})
on conflict (id_index) do nothing returning card"""  # noqa: S608  the names are those above
UPDATE_PERSON = f"""
update vault_people set {", ".join(f"{column} = new.{column}" for column in PERSON_COLUMNS)}
from (select {", ".join(f"%s::{kind} as {column}" for column, kind in PERSON_COLUMNS.items())}) as new
where vault_people.card = new.card"""  # noqa: S608
ERASE = f"""
update vault_people set sealed_key = null, sealed_record = null, erased_at = %s,
{", ".join(f"{column} = null" for column in _INDEXES)}
where card = %s and erased_at is null"""  # noqa: S608
ERASED_AT = "select erased_at from vault_people where card = %s"

_FIND = "select card from vault_people where "
FIND_BY_ID = _FIND + "id_index = %s"
FIND_BY_PHONE = _FIND + "phone_index = %(index)s or contact_phone_index = %(index)s order by card"
FIND_BY_PHONES = """
select asked.index, person.card from unnest(%s::bytea[]) as asked (index),
lateral (
    select card from vault_people
    where erased_at is null and (phone_index = asked.index or contact_phone_index = asked.index)
) as person
order by person.card
"""
FIND_BY_ID_TAIL = _FIND + "id_tail_index = %s order by card"
FIND_BY_PHONE_TAIL = (
    _FIND + "phone_tail_index = %(index)s or contact_phone_tail_index = %(index)s order by card"
)
FIND_BY_NAME = _FIND + "name_index = %s order by card"

PUT_EMPLOYER = """
insert into vault_employers (employer, sealed_key, sealed_record) values (%s, %s, %s)
on conflict (employer) do update
set sealed_key = excluded.sealed_key, sealed_record = excluded.sealed_record"""
SELECT_EMPLOYERS = "select employer, sealed_key, sealed_record from vault_employers where employer = any(%s)"
ERASE_EMPLOYER = "delete from vault_employers where employer = %s"
