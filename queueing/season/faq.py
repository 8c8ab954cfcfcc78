"""Answers to what people ask: placeholders filled from the season, and what fits into a message."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, time
from itertools import groupby
from string import Formatter

from msgspec import Struct

from queueing.season.model import Season, Session, Sessions

ONE_MESSAGE = 70  # UTF-16 units of one SMS, signature included
REQUIRED = (
    "旧卡",
    "余额",
    "过渡期",
    "密码",
    "激活",
    "代领",
    "单位",
    "地址",
    "时间",
    "批次",
    "不急",
    "换卡原因",
    "资格认证",
    "家属认证",
    "上门",
    "去世",
)
_LINK = re.compile(r"://|www\.|[a-z0-9]\.(?:com|cn|net|org|gov|top|cc)(?![a-z])", re.IGNORECASE)
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_PLAIN = re.compile(r"[A-Za-z0-9 ，。、；：？！（）,.;:?!()%/-]")


class Answer(Struct, frozen=True):
    """An answer ready to send (`sms`, without signature) and to show (`web`)."""

    key: str
    sms: str
    web: str


def answer(season: Season, key: str) -> Answer:
    """The answer filed under `key`; KeyError when there is none."""
    entry = season.faq[key]
    words = placeholders(season)
    return Answer(key, entry.sms.format_map(words), entry.web.format_map(words))


def find(season: Season, question: str) -> str | None:
    """The key of the answer whose keyword appears in `question`: the longest keyword wins, then the first."""
    asked = unicodedata.normalize("NFKC", question).replace(" ", "")
    hits = [
        (len(word), key)
        for key, entry in season.faq.items()
        for word in (key, *entry.keywords)
        if word in asked
    ]
    return max(hits, key=lambda hit: hit[0])[1] if hits else None


def placeholders(season: Season) -> dict[str, str]:
    """What may stand in braces in an answer."""
    branch, facts = season.branch, season.facts
    words = {
        "name": branch.name,
        "address": branch.address,
        "landmark": branch.landmark,
        "sms_address": branch.sms_address,
        "phone": branch.phone,
        "hours": hours_in_words(usual_sessions(season)),
        "first_day": day_in_words(season.first_day),
        "last_day": day_in_words(season.last_day),
        "certify_by": day_in_words(facts.certify_by),
        "stop_month": f"{facts.certify_by.month % 12 + 1}月",
        "both_cards_until": year_and_day(facts.both_cards_until, season.first_day.year),
    }
    return words | {f"wave_{wave.id}": day_in_words(wave.opens) for wave in season.waves}


def unknown_placeholders(text: str, words: Mapping[str, str]) -> list[str]:
    """Names in braces that nothing will fill; a stray brace counts as one."""
    try:
        names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return ["{"]
    return [name for name in names if name not in words]


def sms_faults(body: str, signature: str) -> list[str]:
    """Why this text can't go out as one message: too long, a link, a mobile number, strange characters."""
    faults = []
    if (length := sms_length(body, signature)) > ONE_MESSAGE:
        faults.append(f"连签名共 {length} 个字，一条短信最多 {ONE_MESSAGE} 个字，请缩短。")
    if _LINK.search(body):
        faults.append("短信里不能有网址链接，请删去。")
    if _MOBILE.search(body):
        faults.append("短信里不能有手机号码，请改用固定电话。")
    if strange := sorted({char for char in body if not (_PLAIN.match(char) or _simplified(char))}):
        faults.append(f"短信里不能用这些字符：{' '.join(strange)}，请改用简体字和普通标点。")
    return faults


def sms_length(body: str, signature: str) -> int:
    """UTF-16 units of the message as it is sent, with 【signature】."""
    return len(f"【{signature}】{body}".encode("utf-16-le")) // 2


def usual_sessions(season: Season) -> Sessions:
    """The sessions of the first weekday that has any."""
    weekly = season.hours.weekly
    days = (weekly.mon, weekly.tue, weekly.wed, weekly.thu, weekly.fri, weekly.sat, weekly.sun)
    return next((sessions for sessions in days if sessions), ())


def hours_in_words(sessions: Sessions) -> str:
    """As people say it: 上午8点半到11点半，下午1点半到5点."""
    parts = []
    for half, group in groupby(sessions, key=lambda session: _half(session.start)):
        parts.append(half + "、".join(_span(session, half) for session in group))
    return "，".join(parts)


def day_in_words(day: date) -> str:
    """6月5日."""
    return f"{day.month}月{day.day}日"


def year_and_day(day: date, this_year: int) -> str:
    """12月31日, with the year when it is not this season's."""
    return day_in_words(day) if day.year == this_year else f"{day.year}年{day_in_words(day)}"


def _half(moment: time) -> str:
    return "上午" if moment.hour < 12 else "下午" if moment.hour < 18 else "晚上"


def _span(session: Session, half: str) -> str:
    same = _half(session.end) == half or session.end == time(12)
    return f"{_clock(session.start)}到{'' if same else _half(session.end)}{_clock(session.end)}"


def _clock(moment: time) -> str:
    hour = moment.hour if moment.hour <= 12 else moment.hour - 12
    return f"{hour}点" + ("" if moment.minute == 0 else "半" if moment.minute == 30 else f"{moment.minute}分")


def _simplified(char: str) -> bool:
    """GB 2312 holds the simplified characters; its symbols are kept out by asking for a letter."""
    try:
        return char.encode("gb2312") != b"" and unicodedata.name(char).startswith("CJK UNIFIED")
    except (UnicodeEncodeError, ValueError):
        return False
