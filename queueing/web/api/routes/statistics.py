"""Numbers of days, by the definitions of the board and the exports; and the feed of everything that
happened."""

from __future__ import annotations

import asyncio
import hashlib
import time
from datetime import date
from typing import Annotated

from fastapi import Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from queueing.web import calm
from queueing.web.api import models as m
from queueing.web.api.operation import operation, router
from queueing.web.api.problems import NOT_FOUND, Problem
from queueing.web.api.route import TheCaller
from queueing.web.api.routes.slots import First, Last, days_between
from queueing.web.site import Site
from queueing.webhooks.payload import fact

statistics = router("statistics")
LOOK_EVERY = 0.25


def _days(site: Site, first: date, last: date) -> list[m.Day]:
    return [m.Day.model_validate(one) for one in calm.days(site, first, last)]


@operation(
    statistics, "GET", "/statistics/days", "read", "各天的数字", "和看板、导出的数字相同。",
)  # fmt: skip
async def days(caller: TheCaller, first: First, last: Last) -> m.Days:
    """Days with slots, or on which something happened."""
    days_between(first, last)
    return m.Days(days=await run_in_threadpool(_days, caller.site, first, last))


@operation(
    statistics, "GET", "/statistics/days/{day}", "read", "一天的数字", "内容和列表相同。", may=[NOT_FOUND]
)
async def one_day(
    caller: TheCaller, day: Annotated[date, Path(examples=["2018-06-05"], description="哪一天。")]
) -> m.Day:
    """A day of the season."""
    found = await run_in_threadpool(_days, caller.site, day, day)
    if not found:
        raise Problem(NOT_FOUND, "这一天没有时段，也没有发生什么，请换一天。")
    return found[0]


def _feed(site: Site, after: int, limit: int) -> m.Feed:
    page = site.system.log.read(after, limit + 1)
    here, branch = page[:limit], site.system.season.branch.id
    events = [
        m.FeedFact(position=position, **fact(event)) for position, event in here if event.branch == branch
    ]
    return m.Feed(events=events, next=here[-1].position if here else after, more=len(page) > limit)


async def _waited(site: Site, after: int, limit: int, wait: int) -> m.Feed:
    """The feed; when there is nothing new, whatever comes within so many seconds."""
    until = time.monotonic() + wait
    while True:
        feed = await run_in_threadpool(_feed, site, after, limit)
        if feed.events or time.monotonic() >= until:
            return feed
        await asyncio.sleep(LOOK_EVERY)


@operation(
    statistics, "GET", "/events", "read", "发生过的每一件事",
    "某个位置之后的事，按先后排列。发生过的事不会再变：满的一页，ETag 永远不变。"
    "写了 `wait`，没有新事时等这么多秒才回答。",
    also={304: "没有变化"},
)  # fmt: skip
async def events(
    caller: TheCaller,
    request: Request,
    response: Response,
    after: Annotated[int, Query(ge=0, le=2**62, description="上一页的 `next`。")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="最多几件。")] = 100,
    wait: Annotated[int, Query(ge=0, le=20, description="没有新事时等几秒。")] = 0,
) -> m.Feed:
    """By opaque ids; of staff only that it was staff."""
    feed = await _waited(caller.site, after, limit, wait)
    tag = hashlib.sha256(f"{after}-{limit}-{feed.next}-{feed.more}".encode()).hexdigest()[:20]
    response.headers["ETag"] = f'"{tag}"'
    response.headers["Cache-Control"] = "private, no-cache"
    if request.headers.get("if-none-match") == f'"{tag}"':
        return Response(status_code=304, headers={"ETag": f'"{tag}"'})  # type: ignore[return-value]
    return feed
