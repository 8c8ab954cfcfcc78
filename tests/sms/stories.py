"""Whole conversations, on the real stack. Each is told on a fresh branch; the page docs/sms-conversation.md
shows them word for word, and a test sees that it is current."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from queueing.domain.handover import ActivateCards, HandOver
from queueing.domain.reassure import ReassureHolders, SuggestAnotherTime
from queueing.domain.season import CloseSlots
from tests.support import LI, SUN, WANG, ZHANG, ZHAO, Branch, Somebody, enrol

Act = Callable[[Branch], object]


@dataclass(frozen=True)
class Does:
    """Something that happens beside the phone, and how the page says it."""

    said: str
    act: Act


def later(said: str, moment: str) -> Does:
    """Time passes: what the schedule does until then is done."""

    def act(branch: Branch) -> None:
        branch.clock.at(moment)
        branch.run()
        branch.pump()

    return Does(said, act)


def closes(branch: Branch) -> None:
    """The branch closes the slot Wang is booked in."""
    booking = branch.card(WANG).booking
    if booking is None:
        raise LookupError("nothing is booked")
    branch.ask(CloseSlots((booking.slot,), "停电"))
    branch.pump()


def gone(branch: Branch) -> None:
    """The second of the places offered is taken away."""
    offer = branch.card(WANG).offer
    if offer is None:
        raise LookupError("nothing is offered")
    branch.ask(CloseSlots((offer.slots[1],), "停电"))
    branch.pump()


FATHER = Somebody("c-father", "毕德山", contact_phone="15400000088")
MOTHER = Somebody("c-mother", "邵秀云", contact_phone="15400000088")


def parents(branch: Branch) -> None:
    enrol(branch.system, (FATHER, MOTHER), first_seq=70)


def hands_over(how: str) -> Act:
    def act(branch: Branch) -> None:
        branch.ask(HandOver(WANG.card, how, holder_id_seen=True, proxy_id_seen=how == "proxy"))
        branch.pump()

    return act


def activates(branch: Branch) -> None:
    branch.ask(ActivateCards((WANG.card,)))
    branch.pump()


def reassures(branch: Branch) -> None:
    branch.ask(ReassureHolders((WANG.card,)))
    branch.pump()


def suggests(branch: Branch) -> None:
    branch.pump()
    branch.ask(SuggestAnotherTime(WANG.card))
    branch.pump()


Step = str | Does


@dataclass(frozen=True)
class Story:
    """A conversation: who holds the phone, and what happens one after another."""

    title: str
    phone: str
    steps: tuple[Step, ...]


STORIES = (
    Story(
        "Booking, politely and all at once",
        WANG.phone,
        ("你好我想约后天上午谢谢", "第二个吧", "我约的几点来着"),
    ),
    Story(
        "None suits, then one does; reminded the day before and on the day",
        WANG.phone,
        (
            "预约",
            "都不行，有没有下周的",
            "晚一点的",
            "3",
            later("the day before, at ten", "06-10 10:00"),
            later("ninety minutes before", "06-11 09:30"),
        ),
    ),
    Story(
        "Changing, and changing back one's mind",
        WANG.phone,
        ("明天下午三点行不", "1", "那天要去医院，往后推两天", "2", "还是不改了", "几点"),
    ),
    Story(
        "Cancelling, with a question first",
        WANG.phone,
        ("周五上午", "1", "能取消吗", "取消吧，有事去不了了", "取消"),
    ),
    Story("A day the branch is closed", WANG.phone, ("端午节那天去行吗", "1")),
    Story("Too early", LI.phone, ("我想约明天上午", "听说去晚了就没有了", "好的知道了")),
    Story(
        "A place that is gone all the same",
        WANG.phone,
        ("后天下午", Does("that place is closed meanwhile", gone), "2", "1"),
    ),
    Story(
        "Answering an offer too late",
        WANG.phone,
        ("预约", Does("forty minutes pass", lambda branch: branch.clock.forward(minutes=40)), "2", "1"),
    ),
    Story(
        "Collected, and after-care",
        WANG.phone,
        (
            Does("the card is handed over", hands_over("self")),
            "预约",
            Does("the card is switched on", activates),
            "密码在哪改",
            "旧卡呢",
        ),
    ),
    Story("Says it is collected, and we don't know of it", WANG.phone, ("我早就领了", "领了领了")),
    Story(
        "A couple with one phone",
        ZHANG.phone,
        (
            "我和老伴想约明天上午",
            "2",
            "1",
            "给我老伴也约一个，明天上午",
            "1",
            "查询",
            "老头子明天去不了，取消",
            "2",
        ),
    ),
    Story(
        "A child for both parents",
        FATHER.contact_phone,
        (
            Does("two parents are on the list", parents),
            "我替我爸妈预约周四上午",
            "1",
            "1",
            "我妈也要约周四上午",
            "2",
        ),
    ),
    Story(
        "Somebody else comes",
        WANG.phone,
        (
            "我腿脚还行但是忙，让我儿子去领行吗",
            "明天上午",
            "1",
            Does("the son collects", hands_over("proxy")),
        ),
    ),
    Story("Cannot travel", WANG.phone, ("我今年93了，走不动", "上门")),
    Story("Out and in again", WANG.phone, ("别再发短信了", "预约", "1", "恢复")),
    Story(
        "The branch closes",
        WANG.phone,
        ("明天上午", "1", Does("a power cut closes that half hour", closes), "这个时间不行，改下午", "2"),
    ),
    Story(
        "Not come",
        WANG.phone,
        ("明天上午", "1", later("an hour after the time", "06-06 10:00"), "忘了去，再约一次", "1"),
    ),
    Story(
        "Invited, and reminded in the sweep",
        SUN.phone,
        (
            later("his turn has come", "06-05 09:00"),
            "等我问问孩子",
            later("the sweep begins", "06-20 08:00"),
            "没空，儿子替我去行不行",
            later("the last call", "06-28 08:00"),
        ),
    ),
    Story("The card is with the employer", ZHAO.phone, ("我的卡到了吗", "单位没给我")),
    Story(
        "A rumour", WANG.phone, (Does("the manager sends a calm word", reassures), "是真的吗", "谁发的短信")
    ),
    Story(
        "A crowd: would another time suit?",
        WANG.phone,
        (
            "今天下午三点",
            "1",
            Does("the manager asks who is booked for later today", suggests),
            "好的",
            "2",
        ),
    ),
    Story(
        "The same question, and the answer is no",
        WANG.phone,
        ("今天下午", "3", Does("the manager asks who is booked for later today", suggests), "不换，俺按点去"),
    ),
    Story("How long is the wait", WANG.phone, ("现在忙不忙", "那俺约个人少的时候，带啥", "1")),
    Story("A day that is in no calendar", WANG.phone, ("6月31号去行不", "农历五月初六呢", "昨天", "2")),
    Story(
        "A couple with one phone wants no more messages",
        ZHANG.phone,
        ("别给俺发短信了", "2", "恢复", "退订", "都是"),
    ),
    Story("Twice not understood", WANG.phone, ("嗯呐老张说的那个啥", "俺说那个啥来着")),
    Story("Says yes, but not to which", WANG.phone, ("约个人少的时间", "好的", "再发一遍", "就第一个")),
    Story("The same question a third time", WANG.phone, ("查询", "查询", "查询")),
    Story("A number nobody knows", "15499999999", ("预约",)),
)


def told(branch: Branch, story: Story) -> Iterator[tuple[str, str]]:
    """(side, words) of a story: "in", "out", or "aside"."""
    for number, step in enumerate(story.steps):
        cards = branch.system.vault.find_by_phone(story.phone)
        before = len(branch.inbox(*cards))
        if isinstance(step, Does):
            yield "aside", step.said
            step.act(branch)
        else:
            yield "in", step
            answer = branch.hears(story.phone, step, f"story-{number}")
            branch.pump()
            if answer:
                yield "out", answer.removeprefix("【工行昆仑所】")
            branch.clock.forward(seconds=40)
        cards = branch.system.vault.find_by_phone(story.phone)
        for text in branch.inbox(*cards)[before:]:
            yield "out", text


SIDES = {
    "in": "| they write | **{}** |",
    "out": "| we answer | {} |",
    "aside": "| *meanwhile* | *{}* |",
}


def written(story: Story, lines: Iterator[tuple[str, str]]) -> str:
    """A story as Markdown."""
    body = "\n".join(SIDES[side].format(text.replace("\n", "<br>")) for side, text in lines)
    return f"### {story.title}\n\n| | |\n|---|---|\n{body}\n"
