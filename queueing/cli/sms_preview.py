"""`queueing sms preview`: every message, with the longest parameters it may be given."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.align import Align
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from queueing.cli.sms_group import attach, sms_app
from queueing.season.load import load_season
from queueing.settings import Settings
from queueing.sms.preview import as_file
from queueing.sms.reference import reference
from queueing.sms.render import TEMPLATES, Preview, Renderer


def register(app: typer.Typer) -> None:
    attach(app)


@sms_app.command("preview")
def preview(
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="输出文档里的模板表。")] = False,
    page: Annotated[Path | None, typer.Option("--page", help="写成网页文件，像手机上那样。")] = None,
    signature: Annotated[str | None, typer.Option(help="短信签名，默认取自发放季配置。")] = None,
) -> None:
    """列出全部短信模板，参数取最长，看是否都在一条短信之内。"""
    renderer = Renderer(
        TEMPLATES, signature or load_season(Settings.from_env().season_dir).branch.sms_signature
    )
    if page:
        page.write_text(as_file(renderer), encoding="utf-8")
        typer.echo(f"已写好 {page}，用浏览器打开就能看。")
    elif as_markdown:
        typer.echo(reference(renderer), nl=False)
    elif as_json:
        typer.echo(json.dumps(renderer.preview(), ensure_ascii=False, indent=2))
    else:
        _show(renderer)


def _show(renderer: Renderer) -> None:
    console = Console()
    limit = renderer.manifest.limits.units
    for message in renderer.preview():
        console.print(_bubble(message, limit))


def _bubble(message: Preview, limit: int) -> Align:
    title = Text(message["key"], style="bold")
    left = limit - message["units"]
    count = Text(f"{message['units']}/{limit}", style="yellow" if left < 3 else "dim")
    body = Text(message["text"], overflow="fold")
    panel = Panel(body, title=title, subtitle=count, title_align="left", subtitle_align="right", width=48)
    return Align(panel, "left", pad=False)
