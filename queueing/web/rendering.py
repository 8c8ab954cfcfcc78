"""Turning templates into pages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import psycopg
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import URL

from queueing import words
from queueing.people.masking import mask_id_number, mask_name, mask_phone
from queueing.projections import queries
from queueing.settings import project_root
from queueing.sms import inbox
from queueing.web import cookies

if TYPE_CHECKING:
    from queueing.web.site import Site

TEMPLATES = project_root() / "templates" / "web"
STATIC = TEMPLATES / "static"
SIZES = ("20", "24", "30")
IN_PLACE = "x-in-place"
"""The header by which a page's script says so."""


def environment() -> Environment:
    """Templates with our words as filters. A missing variable is an error, and everything is escaped."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        day=words.day,
        short_day=words.short_day,
        weekday=words.weekday,
        clock=words.clock,
        moment=words.moment,
        wait=words.minutes,
        wait_range=words.wait_range,
        place=words.place,
        how=words.how,
        channel=words.channel,
        why=words.why,
        hall_state=words.hall_state,
        mask_name=mask_name,
        mask_phone=mask_phone,
        mask_id=mask_id_number,
    )
    env.globals["assets"] = _asset_version()
    env.globals["level_words"], env.globals["room_words"] = queries.LEVELS, queries.ROOMS
    return env


def page(
    request: Request,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A page of the site this request came to. A page with a form carries the visitor's form token."""
    site: Site = request.app.state.site
    visit = cookies.Visit(request, site.secret)
    html = site.templates.get_template(template).render(
        {
            "whole": not in_place(request),
            "season": site.system.season,
            "branch": site.system.season.branch,
            "now": site.now(),
            "today": site.today(),
            "demo": site.demo,
            "public_url": site.system.public_url,
            "path": request.url.path,
            "here": quote(_here(request)),
            "size": cookies.choice(request, "size", SIZES),
            "contrast": cookies.choice(request, "contrast", ("normal", "high")),
            "form_token": visit.form_token,
            "said": cookies.said(request),
            "staff": getattr(request.state, "staff", None),
            "inbox_waiting": cache(lambda: _inbox_waiting(site)),
            **(context or {}),
        }
    )
    response = HTMLResponse(
        html, status_code=status, headers={"Cache-Control": "no-store", **(headers or {})}
    )
    visit.keep(response, secure=site.secure)
    cookies.forget_said(request, response)
    return response


def in_place(request: Request) -> bool:
    """The page's own script asks and puts the answer in place: it needs no more than the page's main part."""
    return IN_PLACE in request.headers


def _inbox_waiting(site: Site) -> int:
    """How many wait in the staff's inbox; 0 while the store is away, which another part of the page says."""
    try:
        with site.db() as connection:
            return inbox.count(connection)
    except psycopg.OperationalError:
        return 0


def fragment(site: Site, template: str, context: Mapping[str, Any]) -> str:
    """A piece of a page, for those who see it change."""
    return site.templates.get_template(template).render(context)


def _here(request: Request) -> str:
    """Where a visitor who changes the look comes back to. The answer to a form can't be asked for again: the
    page the form was on can."""
    url = request.url
    if request.method != "GET":
        before = URL(request.headers.get("referer", ""))
        url = before if before.netloc == url.netloc else URL("/")
    return url.path + (f"?{url.query}" if url.query else "")


def _asset_version() -> str:
    """Changes when an asset does, so that browsers may keep them for long."""
    return str(max(int(file.stat().st_mtime) for file in STATIC.iterdir()))
