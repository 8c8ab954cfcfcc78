"""What of a person may be shown where staff don't need all of it."""

import unicodedata

from .text import tidy

_COMPOUND = """
欧阳 司马 上官 诸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 司徒 宇文 长孙 东方 端木 独孤 南宫 西门 轩辕 申屠 呼延 淳于
单于 太史 闻人 公冶 宗政 濮阳 赫连 澹台 钟离 完颜 拓跋 百里 东郭 第五 司空 鲜于 闾丘 亓官 万俟 左丘 梁丘
"""
COMPOUND_SURNAMES = frozenset(_COMPOUND.split())


def mask_name(name: str) -> str:
    """王*兰, 王*, 欧阳**: enough to call somebody in a lobby, never the whole name."""
    letters = [c for c in tidy(name) if not unicodedata.category(c).startswith("M")]
    if len(letters) < 2:
        return "*" * len(letters)
    if len(letters) in (3, 4) and "".join(letters[:2]) in COMPOUND_SURNAMES:
        return "".join(letters[:2]) + "*" * (len(letters) - 2)
    if len(letters) == 2:
        return letters[0] + "*"
    return letters[0] + "*" * min(len(letters) - 2, 3) + letters[-1]


def mask_phone(number: str) -> str:
    """138****5678, and for a landline 0631-***1234."""
    if not number:
        return ""
    area, dash, local = number.rpartition("-")
    if dash:
        return f"{area}-{'*' * max(len(local) - 4, 3)}{local[-4:]}"
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 11 else "****"


def mask_id_number(number: str) -> str:
    """The last four characters, as staff ask for them aloud."""
    return "*" * 14 + number[-4:] if len(number) == 18 else "*" * 18
