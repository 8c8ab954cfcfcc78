"""docs/sms-templates.md, written from the templates themselves. A test sees that it is current."""

from typing import Final

from queueing.sms.manifest import Delivery, Template
from queueing.sms.render import Renderer
from queueing.sms.wording import units

_INTRO: Final = """# Messages

Every message the system can send. The texts are in `templates/sms/`, one file each; what they are for, what
they take and how they are delivered is in `templates/sms/manifest.toml`. Both can be edited. At start each is
checked with the longest parameters allowed: a message that would not fit into one SMS ({limit} UTF-16 units,
of which the signature takes at most {signature} and its brackets 2), or that has a link, a mobile number,
traditional characters or symbols in it, is refused by name. A template may say more while there is `room`.

The list is written by `queueing sms preview --markdown --signature 昆崙所`.

| Template | Sent when | Delivery | Parameters | Longest | Example |
|---|---|---|---|---|---|
"""


def reference(renderer: Renderer) -> str:
    limits = renderer.manifest.limits
    rows = [_row(renderer, key, template) for key, template in renderer.manifest.templates.items()]
    return _INTRO.format(limit=limits.units, signature=limits.signature) + "\n".join(rows) + "\n"


def _row(renderer: Renderer, key: str, template: Template) -> str:
    delivery = "at least once" if template.delivery is Delivery.AT_LEAST_ONCE else "at most once"
    waits = ", not in quiet hours" if template.quiet else ""
    params = ", ".join(f"`{name}` {_limit(template, name)}" for name in template.params)
    example = renderer.example(key).replace("\n", "<br>")
    cells = (
        f"`{key}`",
        template.purpose,
        f"{template.kind}, {delivery}{waits}",
        params,
        str(units(renderer.longest(key))),
        example,
    )
    return "| " + " | ".join(cells) + " |"


def _limit(template: Template, name: str) -> str:
    param = template.params[name]
    return f"{param.type} ≤ {param.max}" if param.max else param.type
