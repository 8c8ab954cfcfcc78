"""What is packed for PostgreSQL reads back as it was."""

import psycopg
import pytest
from eventsourcing.dcb.api import DCBEvent

from queueing.log import Conflict
from tests.log.world import opened

REFERENCE = (
    "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = 'queueing_tt_tag'::regclass"
)
EVENTS = [
    DCBEvent(type="one", data=b"", tags=["branch:b"]),
    DCBEvent(type="二", data=bytes(range(256)), tags=["branch:b", 'card:"{},\\ NULL', "slot:早上九点 "]),
    DCBEvent(type='quo"ted', data=b"x" * 100_000, tags=["branch:b", *(f"card:c{n}" for n in range(2000))]),
    DCBEvent(type="untagged", data=b"\x00", tags=[]),
]


def references(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(REFERENCE).fetchone()
        assert row is not None
        return int(row[0])


@pytest.mark.parametrize("many", [1, 300])
def test_types_data_and_tags_read_back_as_they_were_written(pg_url: str, many: int) -> None:
    with opened(pg_url) as log:
        last = log.append("b", EVENTS * many, 0)
        assert log.read_stored() == list(enumerate(EVENTS * many, start=1))[:5000]
        assert last == log.head() == len(EVENTS) * many


def test_the_condition_looks_for_the_branch_s_own_tag(pg_url: str) -> None:
    with opened(pg_url) as log:
        position = log.append("b", EVENTS[:2], 0)
        log.append("another", [DCBEvent(type="one", data=b"", tags=["branch:another"])], 0)
        with pytest.raises(Conflict):
            log.append("b", EVENTS[:1], position - 1)
        assert log.append("b", EVENTS[:1], position) == position + 2


def test_tags_refer_to_events_without_a_foreign_key_also_in_an_older_log(pg_url: str) -> None:
    with opened(pg_url):
        assert references(pg_url) == 0
    with psycopg.connect(pg_url, autocommit=True) as connection:
        connection.execute(
            "ALTER TABLE queueing_tt_tag ADD FOREIGN KEY (main_id) REFERENCES queueing_tt_main (id)"
        )
    assert references(pg_url) == 1
    with opened(pg_url):
        assert references(pg_url) == 0
