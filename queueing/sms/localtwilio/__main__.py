"""`python -m queueing.sms.localtwilio`: the local Twilio of an installation with `SMS=twilio-local`. What it
takes appears on the phone page."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit
from uuid import NAMESPACE_OID, uuid5

from psycopg_pool import ConnectionPool

from queueing.people.vault import Vault
from queueing.settings import Settings, local_url, read_master_key
from queueing.sms.gateways.account import account
from queueing.sms.gateways.local import keep_outbound
from queueing.sms.localtwilio.answers import Taken
from queueing.sms.localtwilio.orders import ADDRESS
from queueing.sms.localtwilio.server import LocalTwilio, make_server
from queueing.system import branch_time


def main() -> None:
    """Serve until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = Settings.from_env()
    ours = account(settings)
    port = urlsplit(ours.url or "").port
    (settings.var_dir / ADDRESS).write_text(f"{ours.url}\n", encoding="utf-8")
    with ConnectionPool(settings.database_url or "", kwargs={"autocommit": True}, min_size=1) as pool:
        vault = Vault(pool, read_master_key(settings))

        def show(taken: Taken) -> None:
            cards = vault.find_by_phone(taken.to)
            if cards:
                with pool.connection() as connection:
                    ref = uuid5(NAMESPACE_OID, taken.sid)
                    keep_outbound(connection, ref, cards[0], taken.body, branch_time())

        twilio = LocalTwilio(ours, local_url(settings.host, settings.port), show)
        make_server(twilio, port or 0).serve_forever()


if __name__ == "__main__":
    main()
