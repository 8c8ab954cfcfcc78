"""What has to be true before the processes start, whichever store they use."""

from collections.abc import Callable
from pkgutil import resolve_name

import psycopg

from queueing.rehearsal.demo import seed_demo
from queueing.season.load import load_season
from queueing.settings import Settings
from queueing.sms.filling import season_renderer
from queueing.sms.gateways.choice import check
from queueing.system import demo_anchor, remembered
from queueing.web.staff import ROLES, demo_sign_ins, ensure_demo_accounts

# "module:callable" of each part that keeps tables; called in this order with the database URL at every start.
MIGRATIONS: tuple[str, ...] = ("queueing.tables:migrate", "queueing.web.tables:migrate")


SignIn = tuple[str, str, str]
"""Login, password and role of an account of the demonstration."""


def prepare(settings: Settings, say: Callable[[str], None] = lambda text: None) -> list[SignIn]:
    """Bring the store up to date, and fill an empty one with the demonstration season unless that is switched
    off; a demonstration's accounts, the manager's first. The settings name the servers in use, embedded or
    given."""
    if settings.database_url is None:
        raise ValueError("prepare needs running servers")
    season_renderer(load_season(settings.season_dir))  # messages not fit to be sent are found before anything
    check(settings)
    migrate(settings.database_url)
    if settings.demo:
        seed_demo(settings, say)
    if not demo_anchor(settings.database_url):
        return []
    ensure_demo_accounts(settings.database_url, remembered(settings.database_url, "demo_employer") or "e001")
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        found = demo_sign_ins(connection)
    return sorted(found, key=lambda one: one[2] != ROLES["manager"])


def migrate(database_url: str) -> None:
    """Create what tables are missing; two programs that do so at the same time wait for each other."""
    for name in MIGRATIONS:
        resolve_name(name)(database_url)
