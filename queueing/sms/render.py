"""Turns a template key and stored parameters into the text a person reads.

Everything that could be wrong with a template is found when the renderer is made, with the longest
parameters its manifest allows; at send time only a parameter can be refused.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypedDict

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError, meta

from queueing.errors import UserError
from queueing.sms.manifest import Template, TemplateError, load_manifest
from queueing.sms.saying import Unsayable, longest, say
from queueing.sms.wording import faults, units

__all__ = ["TEMPLATES", "Preview", "RenderError", "Renderer", "units"]

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "sms"

_ROOM: Final = "room"
"""A template may say more while there is room: it is tried with room = 3, 2, 1 and 0, and the first that fits
is sent. Only the last has to fit with every parameter at its longest."""


class RenderError(UserError):
    """A message cannot be made of these parameters. The parameters are not repeated: they may be personal."""


def _at_most(value: Any, most: int | None) -> Any:
    """An example, no longer a list than the parameter takes."""
    return value[:most] if isinstance(value, list) else value


class Preview(TypedDict):
    key: str
    text: str
    units: int


class Renderer:
    def __init__(
        self, templates_dir: Path, signature: str, codes: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """`codes`: by provider and template, the codes that go before those of the manifest."""
        self.manifest = load_manifest(templates_dir / "manifest.toml")
        self.signature = signature
        self._codes = codes or {}
        self._dir = templates_dir
        self._environment = Environment(
            loader=FileSystemLoader(templates_dir),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701  (plain text, not HTML)
            auto_reload=False,
        )
        if problems := [*self._unfit_signature(), *self._unfit_files(), *self._unfit_codes()]:
            raise TemplateError(problems)
        self._names = {key: self._names_in(key) for key in self.manifest.templates}
        if problems := [problem for key in self._names for problem in self._unfit_template(key)]:
            raise TemplateError(problems)

    def parameters(self, key: str) -> frozenset[str]:
        """The names of the parameters a template takes."""
        return frozenset(self._template(key).params)

    def code(self, key: str, provider: str) -> str:
        """The template's code at a provider ("aliyun", "tencent", "twilio"); "" while it has none."""
        own: str = getattr(self._template(key).codes, provider)
        return self._codes.get(provider, {}).get(key, own)

    def render(self, key: str, params: Mapping[str, Any]) -> str:
        """The message as it is sent, with its signature."""
        spoken = self.spoken(key, params)
        for room in self._rooms(key):
            body = self._environment.get_template(f"{key}.txt").render(spoken, room=room)
            text = f"【{self.signature}】{body}"
            if units(text) <= self.manifest.limits.units:
                break
        else:
            raise RenderError(f"短信 {key} 超过 {self.manifest.limits.units} 个字：请缩短模板或参数。")
        if found := self._faults(text) if body else ["没有内容"]:
            raise RenderError(f"短信 {key} 不能发送：{'；'.join(found)}。")
        return text

    def spoken(self, key: str, params: Mapping[str, Any]) -> dict[str, str]:
        """The parameters in words, which is what a provider that sends by template code takes."""
        declared = self._template(key).params
        if declared.keys() != params.keys():
            names = "、".join(sorted(declared.keys() ^ params.keys()))
            raise RenderError(f"短信 {key} 的参数不对（{names}）：请对照 manifest.toml。")
        spoken = {}
        for name, param in declared.items():
            try:
                spoken[name] = say(param, params[name], self.manifest.traditional.allowed)
            except Unsayable as reason:
                raise RenderError(f"短信 {key} 的参数 {name} {reason}：请检查送来的数据。") from None
        return spoken

    def example(self, key: str) -> str:
        """The message with everyday parameters."""
        params = self._template(key).params.items()
        return self.render(
            key, {name: _at_most(self.manifest.examples[name], one.max) for name, one in params}
        )

    def longest(self, key: str) -> str:
        """The message with the longest parameters its manifest allows."""
        return self.render(key, {name: longest(param) for name, param in self._template(key).params.items()})

    def preview(self) -> list[Preview]:
        """Every template at its longest."""
        texts = {key: self.longest(key) for key in self.manifest.templates}
        return [Preview(key=key, text=text, units=units(text)) for key, text in texts.items()]

    def _template(self, key: str) -> Template:
        try:
            return self.manifest.templates[key]
        except KeyError:
            raise RenderError(f"没有名为 {key} 的短信模板：请检查 manifest.toml。") from None

    def _names_in(self, key: str) -> frozenset[str]:
        source = (self._dir / f"{key}.txt").read_text(encoding="utf-8")
        try:
            return frozenset(meta.find_undeclared_variables(self._environment.parse(source)))
        except TemplateSyntaxError as error:
            raise TemplateError([f"短信模板 {key} 第 {error.lineno} 行写得不对：请改正后再启动。"]) from None

    def _rooms(self, key: str) -> tuple[int, ...]:
        return (3, 2, 1, 0) if _ROOM in self._names[key] else (0,)

    def _faults(self, text: str) -> list[str]:
        return faults(text.removeprefix(f"【{self.signature}】"), self.manifest.traditional.allowed)

    def _unfit_signature(self) -> Iterator[str]:
        longest_signature = self.manifest.limits.signature
        if not 2 <= units(self.signature) <= longest_signature:
            yield f"短信签名“{self.signature}”要在 2 到 {longest_signature} 个字之间：请改 sms_signature。"
        for fault in self._faults(self.signature):
            yield f"短信签名{fault}：请改 sms_signature。"

    def _unfit_files(self) -> Iterator[str]:
        files = {path.stem for path in self._dir.glob("*.txt")}
        for key in sorted(files ^ self.manifest.templates.keys()):
            missing = "manifest.toml 里没有" if key in files else f"{key}.txt 找不到"
            yield f"短信模板 {key}：{missing}，请补上或删去。"

    def _unfit_codes(self) -> Iterator[str]:
        for provider, codes in self._codes.items():
            for key in sorted(codes.keys() - self.manifest.templates.keys()):
                yield f"sms.toml 里 {provider} 的 {key} 没有这个短信模板：请对照 manifest.toml 改正。"

    def _unfit_template(self, key: str) -> Iterator[str]:
        if names := sorted((self._names[key] - {_ROOM}) ^ self.parameters(key)):
            yield f"短信模板 {key} 的参数与 manifest.toml 不一致：{'、'.join(names)}。"
            return
        for text in (self.longest, self.example):
            try:
                text(key)
            except RenderError as error:
                yield error.message
