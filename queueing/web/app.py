"""The web application: `uvicorn --factory queueing.web.app:create_app`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from queueing.settings import Settings
from queueing.sms.gateways.account import ON_THIS_MACHINE
from queueing.system import System, demo_anchor, open_system
from queueing.web import failures
from queueing.web.api.app import create_api
from queueing.web.bodies import BodyLimit
from queueing.web.headers import SecurityHeaders
from queueing.web.rendering import STATIC
from queueing.web.routes import (
    accounts,
    appointment,
    audit,
    board,
    booking,
    changes,
    counter,
    counter_actions,
    counter_paper,
    crowd,
    employer_own,
    employers,
    health,
    hooks,
    inbox,
    keys,
    lists,
    lobby,
    messages,
    outage,
    pacing,
    past,
    phone,
    public,
    rules,
    rumour,
    signin,
    sms_templates,
    webhooks,
    whatif,
    who,
)
from queueing.web.site import make_site

ROUTERS = (
    health.router,
    public.router,
    who.router,
    booking.router,
    appointment.router,
    signin.router,
    accounts.router,
    keys.router,
    audit.router,
    counter.router,
    counter_actions.router,
    counter_paper.router,
    employers.router,
    employer_own.router,
    past.router,
    board.router,
    changes.router,
    rules.router,
    inbox.router,
    lists.router,
    lobby.router,
    outage.router,
    pacing.router,
    whatif.router,
    crowd.router,
    phone.router,
    rumour.router,
    sms_templates.router,
    hooks.router,
    messages.router,
    webhooks.router,
)


def create_app(system: System | None = None, *, demo: bool | None = None) -> FastAPI:
    """The application. Without a system it opens the one of the settings, and closes it at the end."""
    settings = Settings.from_env() if system is None else None
    public_url = system.public_url if system else settings.public_url if settings else ""
    app = FastAPI(lifespan=_lifespan(system, settings, demo), docs_url=None, redoc_url=None, openapi_url=None)
    failures.register(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(GZipMiddleware, minimum_size=800, compresslevel=5)
    app.add_middleware(SecurityHeaders, https=public_url.startswith("https:"))
    app.mount("/api", create_api(app), name="api")
    app.mount("/static", _LastingFiles(directory=STATIC), name="static")
    for router in ROUTERS:
        app.include_router(router)
    return app


def _lifespan(
    system: System | None, settings: Settings | None, demo: bool | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opened = system
        if opened is None:
            assert settings is not None  # noqa: S101  one of the two is given
            opened = open_system(settings)
        app.state.site = make_site(opened, demo=_is_demo(opened) if demo is None else demo)
        try:
            yield
        finally:
            app.state.site.films.close()
            if system is None:
                opened.close()

    return lifespan


def _is_demo(system: System) -> bool:
    """Only where the season was laid out as a demonstration and no message leaves the machine."""
    return system.gateway_name in ON_THIS_MACHINE and demo_anchor(system.url) is not None


class _LastingFiles(StaticFiles):
    """Assets carry their version in the query, so browsers may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=604800"
        return response
