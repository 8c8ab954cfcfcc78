"""From what was typed or spoken into a phone to plain text the patterns can rely on.

Afterwards the text is lower case, simplified, without emoji; punctuation is one of `, 、 . : / - ~ ?`; blanks
survive only between two Latin letters or digits.
"""

import re
import unicodedata
from typing import Final

from queueing.sms.grammar.traditional import TO_SIMPLIFIED

LONGEST: Final = 300
"""Nothing beyond this is read: it bounds the work, and nobody books a place in so many words."""

_MARGIN: Final = ",、.:/-~ "
_PUNCTUATION: Final = str.maketrans(
    dict.fromkeys("。，；;!！…|\n\r\t\"'“”‘’()（）[]「」『』《》〈〉<>*_=+#@&^`{}\\·•", ",")
    | {
        "？": "?",
        "：": ":",
        "﹕": ":",
        "∶": ":",
        "—": "-",
        "–": "-",
        "－": "-",
        "～": "~",
        "〜": "~",
        "〇": "零",
        "壹": "一",
        "贰": "二",
        "叁": "三",
    }
)

# Speech input and quick fingers: same sound, or one key beside. Only pairs that mean nothing else here.
_MISHEARD: Final = {
    "预月 予约 遇约 预越 欲约 预要 玉约 玉月 预钥 预纟勺": "预约",
    "预悦 预乐 御约 预阅 豫约 于约 预订 预定 约号": "预约",
    "取肖 取销 曲消 取削 取笑 曲肖 取小 去消 取效 娶消": "取消",
    "该时间 改时件 改实践 改世间 该成时间": "改时间",
    "该期 改齐 改七": "改期",
    "该到": "改到",
    "该成": "改成",
    "查旬 查洵 查巡 查寻 查讯 查训 茶询 察询": "查询",
    "确任 确人 却认": "确认",
    "邦助 帮住 邦住": "帮助",
    "地止 地纸 地只": "地址",
    "待领 代令 戴领 代岭 代零": "代领",
    "退定 退丁 推订 退钉 腿订": "退订",
    "人公 人功": "人工",
    "名天 明田 鸣天": "明天",
    "候天": "后天",
    "今添 金天": "今天",
    "礼败 里拜 礼百": "礼拜",
    "星其 星斯 新期 星七天": "星期",
    "社宝 设保 涉保 社报 舍保": "社保",
    "身份正 身分证 身份症 身分正": "身份证",
    "认正 任证 认政": "认证",
    "零卡 另卡 领咔 岭卡 铃卡": "领卡",
    "上舞 上五 伤午": "上午",
    "下舞 下五 夏午 吓午": "下午",
    "点种 点中": "点钟",
    "闺妮": "闺女",
    "恁": "您",
}
_HEARD: Final = {wrong: right for wrongs, right in _MISHEARD.items() for wrong in wrongs.split()}
_HEARD_RE: Final = re.compile("|".join(_HEARD))


def normalise(text: str) -> str:
    said = (
        unicodedata.normalize("NFKC", text)[:LONGEST].lower().translate(TO_SIMPLIFIED).translate(_PUNCTUATION)
    )
    said = "".join(c for c in said if _is_text(c))
    said = re.sub(r"^([0-9])\s+(?![0-9月日号点时.:/-])", r"\1,", said.strip(_MARGIN))
    said = re.sub(r"(?<![a-z0-9])\s+|\s+(?![a-z0-9])", "", said)
    said = re.sub(r"(?<![0-9])\.|\.(?![0-9])", ",", said)
    said = _HEARD_RE.sub(lambda found: _HEARD[found[0]], said)
    return re.sub(r",{2,}", ",", said).strip(_MARGIN)


def _is_text(c: str) -> bool:
    """Letters, digits, blanks and the punctuation above; not emoji, joiners, keycaps or controls."""
    return c in ",、.:/-~?" or unicodedata.category(c) in {"Lo", "Ll", "Lm", "Nd", "Nl", "No", "Zs"}


# Phone numbers (also in groups), identity numbers, card numbers. A date written in eight digits is not one.
_SENSITIVE: Final = re.compile(
    r"1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])|[0-9]{3,4}-[0-9]{7,8}|[0-9]{6,17}[0-9x]"
)
_EIGHT_DIGIT_DATE: Final = re.compile(r"20[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])")


def without_numbers(said: str) -> tuple[str, bool]:
    """The text with phone- and identity-like numbers taken out, and whether there were any."""
    kept = _SENSITIVE.sub(lambda m: m[0] if _EIGHT_DIGIT_DATE.fullmatch(m[0]) else "", said)
    return kept, kept != said
