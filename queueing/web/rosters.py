"""An employer's roster: who got a card and which cards come back. Ticks are kept until the roster is handed
in; differences are named person by person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from queueing import words
from queueing.domain.employers import ReturnRoster, known_employer, to_hand_over
from queueing.domain.refusals import RosterDiffers
from queueing.people.person import Person
from queueing.projections import queries
from queueing.projections.queries import CardStatus
from queueing.web.roster_file import RosterLine
from queueing.web.site import Site

RESULTS = {"issued": "已发", "returned": "退回"}


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A retiree whose card the employer has, and what was ticked so far."""

    card: str
    person: Person | None
    result: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What the bank and the employer see of an employer: cards with it (`held`), and those at the bank."""

    employer: str
    name: str
    held: list[RosterRow]
    at_bank: list[RosterRow]


def employer_desk(site: Site, employer: str) -> Desk:
    """The employer's people, in order of name; raises UnknownEmployer."""
    with site.system.desk.view() as state:
        known = known_employer(state, employer)
        held, here = known.held, to_hand_over(state, employer)
    ticks = _ticks(site, employer)
    people = site.system.vault.get_many([*held, *here])

    def rows(cards: tuple[str, ...]) -> list[RosterRow]:
        found = [RosterRow(card, people.get(card), ticks.get(card, "")) for card in cards]
        return sorted(found, key=lambda row: (row.person.name if row.person else "", row.card))

    return Desk(employer, known.name, rows(held), rows(here))


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A retiree of the employer and where their card is, in words; `back`: it came back from the employer."""

    card: str
    person: Person | None
    text: str
    back: bool


def whereabouts(site: Site, desk: Desk) -> list[Whereabouts]:
    """Everybody whose card was this employer's to hand out, with those whose cards came back first."""
    with site.db() as conn:
        rows = queries.employer_cards(conn, desk.employer)
    people = site.system.vault.get_many([row.card for row in rows])
    found = [Whereabouts(row.card, people.get(row.card), _where(row), row.released) for row in rows]
    return sorted(found, key=lambda one: (not one.back, one.person.name if one.person else "", one.card))


def _where(row: CardStatus) -> str:
    if row.place == "handed":
        how = "单位已发" if row.how == "employer" else f"本人已到银行领走（{words.how(row.how)}）"
        return how + ("，已启用" if row.activated_at else "")
    if row.place in ("returned", "recalled"):
        return words.place(row.place) + ("，已约时间" if row.booking else "，等本人来领")
    if row.place == "bank" and row.channel == "self":
        return "单位没有来领，改由本人领" + ("，已约时间" if row.booking else "")
    return {"employer": "在单位", "bank": "在银行，等单位来领"}.get(row.place, words.place(row.place))


def keep_ticks(site: Site, employer: str, ticks: Mapping[str, str]) -> None:
    """Remember what was ticked."""
    with site.db() as conn, conn.transaction():
        conn.execute("DELETE FROM roster_drafts WHERE employer = %s", (employer,))
        with conn.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO roster_drafts VALUES (%s, %s, %s)",
                [(employer, card, result) for card, result in ticks.items() if result in RESULTS],
            )


def forget_ticks(site: Site, employer: str) -> None:
    """The roster is in."""
    with site.db() as conn:
        conn.execute("DELETE FROM roster_drafts WHERE employer = %s", (employer,))


def as_command(employer: str, ticks: Mapping[str, str]) -> ReturnRoster:
    """The roster as a command."""
    return ReturnRoster(
        employer,
        issued=tuple(card for card, result in ticks.items() if result == "issued"),
        returned=tuple(card for card, result in ticks.items() if result == "returned"),
    )


def differences(site: Site, refusal: RosterDiffers) -> list[str]:
    """A sentence for each person the roster and the hand-over disagree about."""
    people = site.system.vault.get_many((*refusal.missing, *refusal.unexpected, *refusal.twice))

    def say(cards: tuple[str, ...], text: str) -> list[str]:
        return [f"{_called(people.get(card))}：{text}" for card in cards]

    return (
        say(refusal.missing, "没有写明是已发还是退回")
        + say(refusal.unexpected, "不在交给单位的名单里")
        + say(refusal.twice, "既写了已发又写了退回")
    )


def match(desk: Desk, lines: list[RosterLine]) -> tuple[dict[str, str], list[str]]:
    """The ticks a file stands for, and what in it doesn't fit, line by line."""
    ticks: dict[str, str] = {}
    problems: list[str] = []
    seen: dict[str, int] = {}
    for line in lines:
        hits = [row for row in desk.held if row.person and line.fits(row.person)]
        if len(hits) != 1:
            why = "不在交给单位的名单里" if not hits else "有同名又同尾号的人，请在页面上逐个勾选"
            problems.append(f"第{line.number}行 {line.who}：{why}")
            continue
        card = hits[0].card
        if card in seen:
            problems.append(f"第{line.number}行 {line.who}：和第{seen[card]}行重复")
        elif line.result not in RESULTS:
            problems.append(f"第{line.number}行 {line.who}：结果应写“已发”或“退回”")
        else:
            ticks[card] = line.result
        seen.setdefault(card, line.number)
    missing = [row for row in desk.held if row.card not in seen]
    problems += [f"{_called(row.person)}：交给了单位，文件里没有" for row in missing]
    return ticks, problems


def _called(person: Person | None) -> str:
    return f"{person.name}（身份证尾号{person.id_number[-4:]}）" if person else "（资料已删除）"


def _ticks(site: Site, employer: str) -> dict[str, str]:
    with site.db() as conn:
        rows = conn.execute(
            "SELECT card, result FROM roster_drafts WHERE employer = %s", (employer,)
        ).fetchall()
    return dict(rows)
