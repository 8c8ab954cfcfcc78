"""`queueing sms behave`: tell the local Twilio of a running system to misbehave."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import httpx
import typer

from queueing.cli.sms_group import attach, sms_app
from queueing.errors import UserError
from queueing.settings import Settings
from queueing.sms.gateways.account import LOCAL
from queueing.sms.localtwilio.behaviours import Behaviour
from queueing.sms.localtwilio.orders import ADDRESS, order

_NOT_RUNNING = "本机短信服务没有在运行：请先用 SMS=twilio-local make run 启动。"


def register(app: typer.Typer) -> None:
    """Add `behave` to the sms commands."""
    attach(app)


@sms_app.command("behave")
def behave(
    behaviour: Annotated[Behaviour, typer.Argument(help="怎么对待：ok 是正常。")],
    ending: Annotated[str, typer.Option(help="只对号码以此结尾的；不写就是所有号码。")] = "",
    times: Annotated[int, typer.Option(min=0, help="几次；0 是一直这样。")] = 0,
) -> None:
    """让本机短信服务（SMS=twilio-local）按要求出错，试试系统怎么应对。"""
    settings = Settings.from_env()
    try:
        address = (settings.var_dir / ADDRESS).read_text(encoding="utf-8").strip()
        order(
            replace(settings, sms=LOCAL, twilio_url=address),
            "script",
            behaviour=behaviour.value,
            ending=ending,
            times=str(times),
        )
    except (OSError, httpx.HTTPError):
        raise UserError(_NOT_RUNNING) from None
    whom = f"号码以 {ending} 结尾的" if ending else "所有号码"
    typer.echo(f"{whom}：{behaviour.value}{f'，{times} 次' if times else ''}。")
