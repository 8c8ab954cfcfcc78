"""What has to be true before the processes start, whichever store they use."""

from pkgutil import resolve_name

from queueing.settings import Settings

# "module:callable" of each part that keeps tables; called in this order with the database URL at every start.
MIGRATIONS: tuple[str, ...] = ()


def prepare(settings: Settings) -> None:
    """Bring the store up to date. The settings name the servers in use, embedded or given."""
    if settings.database_url is None:
        raise ValueError("prepare needs running servers")
    migrate(settings.database_url)


def migrate(database_url: str) -> None:
    for name in MIGRATIONS:
        resolve_name(name)(database_url)
