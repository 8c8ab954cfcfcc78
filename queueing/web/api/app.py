"""The API as an application of its own, mounted at /api: its errors are problems, not pages."""

from __future__ import annotations

from fastapi import FastAPI

from queueing.web.api import errors
from queueing.web.api.access import Doorman
from queueing.web.api.calls import Calls
from queueing.web.api.ledger import Ledger
from queueing.web.api.reference import reference
from queueing.web.api.routes.bookings import bookings
from queueing.web.api.routes.cards import cards
from queueing.web.api.routes.counter import counter
from queueing.web.api.routes.employers import employers
from queueing.web.api.routes.slots import slots
from queueing.web.api.routes.statistics import statistics
from queueing.web.api.routes.webhooks import webhooks

OPERATIONS = (bookings, slots, cards, counter, employers, statistics, webhooks)
"""Addresses are tried in this order: what is asked most comes first."""


def create_api(site_app: FastAPI) -> FastAPI:
    """The API of a site: it shares the site's state, which is filled when the site starts."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state = site_app.state
    app.state.doorman, app.state.ledger, app.state.calls = Doorman(), Ledger(), Calls()
    errors.register(app)
    for router in OPERATIONS:
        app.include_router(router, prefix="/v1")
    app.include_router(reference)
    return app
