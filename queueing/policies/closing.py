"""The closing list: the cards nobody collected, for staff, once the season is over."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from queueing.system import System

HEADER = ("卡号", "姓名", "电话", "人群", "渠道", "单位", "卡在哪里", "邀请次数", "未到次数", "备注")
PLACES = {
    "bank": "网点",
    "window": "窗口",
    "returned": "单位退回",
    "recalled": "已收回",
    "employer": "单位",
    "defective": "次品",
}


def path_of(system: System) -> Path:
    """Where the closing list lies."""
    return system.var_dir / "closing" / f"{system.season.id}.csv"


def rows(system: System) -> list[tuple[str, ...]]:
    """One row an uncollected card. Holds names and phones: for staff only."""
    with system.desk.view() as state:
        cards = [(c, card) for c, card in state.cards.items() if not card.done]
        employers = {e: employer.name for e, employer in state.employers.items()}
    people = system.vault.get_many([c for c, _ in cards])
    cohorts = {cohort.id: cohort.name for cohort in system.season.cohorts}
    found: list[tuple[str, ...]] = []
    for card_id, card in cards:
        person = people.get(card_id)
        found.append(
            (
                card_id,
                person.name if person else "（已删除）",
                (person.phone or person.contact_phone) if person else "",
                cohorts.get(card.cohort, card.cohort),
                "单位代领" if card.channel == "employer" else "个人自领",
                employers.get(card.employer, ""),
                PLACES.get(card.place, card.place),
                str(card.invites),
                str(card.no_shows),
                card.phone_list,
            )
        )
    return found


def write(system: System, path: Path) -> int:
    """Write the list as a CSV that spreadsheet programs open, readable by its owner only; how many rows."""
    found = rows(system)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(found)
    partial.replace(path)
    return len(found)


def write_once(system: System) -> bool:
    """After the season was closed, if the list is not there yet."""
    path = path_of(system)
    with system.desk.view() as state:
        closed = state.facts.closed
    if not closed or path.exists():
        return False
    write(system, path)
    return True
