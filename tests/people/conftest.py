"""A migrated vault on a database of its own, and people who don't exist."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from psycopg_pool import ConnectionPool

from queueing.people.idnumber import make_id_number
from queueing.people.person import PersonRecord
from queueing.people.vault import Vault

MASTER_KEY = bytes(range(32))


def somebody(seq: int = 2, **fields: str) -> PersonRecord:
    """A different person for each `seq`."""
    number = make_id_number("999999", date(1948, 3, 9), seq)
    return PersonRecord(**{"id_number": number, "name": "王小兰", "phone": f"1540000{seq:04d}", **fields})


@pytest.fixture
def pool(pg_url: str) -> Iterator[ConnectionPool[Any]]:
    with ConnectionPool(pg_url, min_size=1, max_size=6, open=True, kwargs={"autocommit": True}) as pool:
        yield pool


@pytest.fixture
def vault(pool: ConnectionPool[Any]) -> Vault:
    vault = Vault(pool, MASTER_KEY)
    vault.migrate()
    return vault
