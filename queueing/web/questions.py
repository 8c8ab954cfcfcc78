"""The questions of the FAQ as people ask them; the answers are the season's (config/faq.toml)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from queueing.season.faq import answer
from queueing.season.model import Season

QUESTIONS = {
    "不急": "听说要赶快去领，是真的吗？",
    "批次": "什么时候轮到我？",
    "时间": "什么时候上班？",
    "地址": "在哪里领？",
    "代领": "自己来不了，家人能代领吗？",
    "上门": "走不动，能上门吗？",
    "单位": "单位统一领的怎么办？",
    "密码": "新卡的密码怎么改？",
    "激活": "新卡的银行账户怎么激活？",
    "余额": "医保里的钱怎么办？",
    "旧卡": "旧卡还能用吗？",
    "过渡期": "不换卡，旧卡会作废吗？",
    "换卡原因": "为什么要换卡？",
    "资格认证": "养老金资格认证怎么办？",
    "家属认证": "人在外地，怎么认证？",
    "去世": "老人去世了怎么办？",
}
_GROUPS = {
    "come": ("来领卡", ("不急", "批次", "时间", "地址", "代领", "上门", "单位")),
    "after": ("领到卡以后", ("密码", "激活", "余额")),
    "old": ("旧卡和新卡", ("旧卡", "过渡期", "换卡原因")),
    "certify": ("养老金资格认证", ("资格认证", "家属认证", "去世")),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its answer."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """Questions about one thing; `id` is their place on the page."""

    id: str
    title: str
    answers: tuple[Question, ...]


def answered(season: Season, keys: Iterable[str]) -> tuple[Question, ...]:
    """Those of the questions that the season answers."""
    return tuple(
        Question(QUESTIONS.get(key, key), answer(season, key).web) for key in keys if key in season.faq
    )


def groups(season: Season) -> list[Group]:
    """All questions; those nobody foresaw come last."""
    known = {key for _, keys in _GROUPS.values() for key in keys}
    others = {"others": ("其他", tuple(key for key in season.faq if key not in known))}
    found = [Group(name, title, answered(season, keys)) for name, (title, keys) in (_GROUPS | others).items()]
    return [group for group in found if group.answers]
