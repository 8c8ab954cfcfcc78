"""The employer's own side: its retirees, who got theirs, the list to print, and handing the roster in. And
the list as a file, for both sides."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, File, Request, UploadFile
from fastapi.responses import Response

from queueing.domain.refusals import UnknownEmployer
from queueing.people.person import Person
from queueing.web import rosters
from queueing.web.guard import EmployerClerk, allowed, pages
from queueing.web.rendering import page
from queueing.web.roster_file import write_csv, write_xlsx
from queueing.web.routes.employers import WholeForm, employer_page, take_file, take_roster, ticked
from queueing.web.site import TheSite
from queueing.web.staff import Staff

router = pages()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Either = Annotated[Staff, Depends(allowed("employer", "counter", "manager"))]


@router.get("/employer")
def own(request: Request, site: TheSite, staff: EmployerClerk) -> Response:
    """The employer's page."""
    return employer_page(request, site, rosters.employer_desk(site, staff.employer))


@router.post("/employer/roster")
def roster(request: Request, site: TheSite, staff: EmployerClerk, form: WholeForm) -> Response:
    """Keep ticks, or hand the roster in."""
    desk = rosters.employer_desk(site, staff.employer)
    return take_roster(request, site, desk, ticked(form, desk), str(form.get("do", "")), staff.by, "employer")


@router.post("/employer/roster-file")
def roster_file(
    request: Request, site: TheSite, staff: EmployerClerk, file: Annotated[UploadFile, File()]
) -> Response:
    """The roster, as a file."""
    desk = rosters.employer_desk(site, staff.employer)
    return take_file(request, site, desk, file, staff.by, "employer")


@router.get("/roster/{employer}.xlsx")
def download(site: TheSite, staff: Either, employer: str) -> Response:
    """The list to fill in."""
    desk = _desk(site, staff, employer)
    return _file(write_xlsx(f"{desk.name} 社保卡发放名单", _rows(desk)), desk, "xlsx", XLSX)


@router.get("/roster/{employer}.csv")
def download_csv(site: TheSite, staff: Either, employer: str) -> Response:
    """The same for whoever has no spreadsheet of that kind."""
    desk = _desk(site, staff, employer)
    return _file(write_csv(_rows(desk)), desk, "csv", "text/csv; charset=utf-8")


@router.get("/roster/{employer}/print")
def printed(request: Request, site: TheSite, staff: Either, employer: str) -> Response:
    """The list with a column to sign in."""
    return page(request, "employers/print.html", {"desk": _desk(site, staff, employer)})


def _rows(desk: rosters.Desk) -> list[tuple[Person | None, str]]:
    return [(row.person, rosters.RESULTS.get(row.result, "")) for row in desk.held]


def _file(content: bytes, desk: rosters.Desk, ending: str, kind: str) -> Response:
    name = quote(f"{desk.name}发放名单.{ending}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)


def _desk(site: TheSite, staff: Staff, employer: str) -> rosters.Desk:
    """Another employer's list is none to an employer's clerk."""
    if staff.role == "employer" and staff.employer != employer:
        raise UnknownEmployer(employer)
    return rosters.employer_desk(site, employer)
