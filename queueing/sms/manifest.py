"""templates/sms/manifest.toml, typed: what each message is for, what it takes and how it may be delivered."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from queueing.errors import UserError

Positive = Annotated[int, Meta(ge=1)]


class TemplateError(UserError):
    """The message templates are not fit to start with; every problem is named."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class ParamType(StrEnum):
    MOMENT = "moment"
    DATE = "date"
    TEXT = "text"
    INT = "int"
    LANDLINE = "landline"
    SLOTS = "slots"
    NAMES = "names"
    WHO = "who"


class Delivery(StrEnum):
    AT_MOST_ONCE = "at-most-once"
    AT_LEAST_ONCE = "at-least-once"


class Kind(StrEnum):
    INVITATION = "invitation"
    CONFIRMATION = "confirmation"
    REMINDER = "reminder"
    CHANGE = "change"
    SWEEP = "sweep"
    REPLY = "reply"
    EMPLOYER = "employer"
    NOTICE = "notice"
    CALM = "calm"


class Param(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`max` is characters for text and landline, entries for lists, the largest value for int."""

    type: ParamType
    max: Positive | None = None


class Codes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    aliyun: str
    tencent: str
    twilio: str


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    purpose: Annotated[str, Meta(min_length=1)]
    delivery: Delivery
    kind: Kind
    quiet: bool
    valid_for: Positive
    codes: Codes
    params: dict[str, Param] = {}


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    units: Positive
    signature: Positive


class Traditional(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    allowed: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    limits: Limits
    traditional: Traditional
    examples: dict[str, Any]
    templates: dict[str, Template]


_UNBOUNDED = frozenset({ParamType.MOMENT, ParamType.DATE, ParamType.WHO})


def load_manifest(path: Path) -> Manifest:
    """The manifest; TemplateError says what is wrong with it and where."""
    try:
        manifest = msgspec.toml.decode(path.read_bytes(), type=Manifest)
    except OSError:
        raise TemplateError([f"读不到短信模板清单 {path.name}：请检查 templates/sms 目录。"]) from None
    except msgspec.DecodeError as error:
        raise TemplateError([f"短信模板清单 {path.name} 写得不对（{error}）：请改正后再启动。"]) from None
    if problems := list(_problems(manifest)):
        raise TemplateError(problems)
    return manifest


def _problems(manifest: Manifest) -> list[str]:
    found = []
    for key, template in manifest.templates.items():
        for name, param in template.params.items():
            if param.type not in _UNBOUNDED and param.max is None:
                found.append(f"短信模板 {key} 的参数 {name} 没有写最大长度：请在 manifest.toml 里补上 max。")
            if name not in manifest.examples:
                found.append(
                    f"短信模板 {key} 的参数 {name} 没有例子：请在 manifest.toml 的 examples 里补上。"
                )
    return found
