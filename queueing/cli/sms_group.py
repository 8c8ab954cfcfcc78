"""`queueing sms …`: the group other modules add their commands to."""

import typer

sms_app = typer.Typer(help="短信：模板、收发。", no_args_is_help=True)


@sms_app.callback()
def sms_commands() -> None:
    """短信：模板、收发。"""


def attach(app: typer.Typer) -> None:
    """Add the group to the command line, once however many modules have commands in it."""
    if all(group.typer_instance is not sms_app for group in app.registered_groups):
        app.add_typer(sms_app, name="sms")
