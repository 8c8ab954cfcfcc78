"""docs/sms-conversation.md: how well messages are read, and whole conversations as they are held.

python -m tests.sms.page
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from queueing.runtime import embedded
from tests.sms import golden
from tests.sms.stories import STORIES, told, written
from tests.support import database, opened, prepare

PAGE = Path(__file__).parents[2] / "docs" / "sms-conversation.md"
_INTRO = """# The conversation

What people may write, how well it is read, and what they are answered. Written by
`python -m tests.sms.page`; a test sees that it is current.

Nothing is ever booked, moved or given back but by an explicit choice: a number, its word, or the time of
one of the places offered. Whatever is not read is answered with what can be replied; twice in a row, or the
same answer a third time in a day, and a person calls. `tests/sms/test_dialogue.py` checks this with
generated conversations.

## How well messages are read

{count} messages as people write them, with what they meant (`tests/sms/golden.tsv`). They are made up by
us in the manner of the age group, none was sent by a real person, and they were collected while the grammar
was written: the figures say what it can do, not how it does on messages it has never seen.

{table}

Read as something else than was meant, none of which books or gives back a place:

| message | meant | read as |
|---|---|---|
{otherwise}

## Conversations

Word for word, on a branch with a short season (4 to 29 June 2018), on Tuesday 5 June at nine, without the
signature.

{stories}"""


def conversation_page(stories: str) -> str:
    """The page around the stories."""
    rows = golden.load()
    return _INTRO.format(
        count=len(rows), table=golden.table(rows), otherwise=golden.otherwise(rows), stories=stories
    )


def all_stories(server: str, template: str, directory: Path) -> str:
    """Every story, each on a branch of its own: a copy of a prepared database."""
    parts = []
    for story in STORIES:
        with database(server, template) as url, opened(url, directory) as branch:
            branch.projector.catch_up()
            parts.append(written(story, told(branch, story)))
    return "\n".join(parts)


def main() -> None:
    """Write the page."""
    with tempfile.TemporaryDirectory(prefix="queueing-page-") as name:
        directory = Path(name)
        with embedded.postgres(directory, {"fsync": "off"}) as server, database(server.url) as url:
            prepare(url, directory)
            template = urlsplit(url).path.removeprefix("/")
            PAGE.write_text(conversation_page(all_stories(server.url, template, directory)), encoding="utf-8")


if __name__ == "__main__":
    main()
