"""Employers: calls, appointments, handing over, rosters that add up or don't, and their own side."""

import io
import re
from datetime import datetime, timedelta

import pytest
from openpyxl import load_workbook

from queueing.domain.handover import HandOver
from tests.web.world import TUESDAY, Browser, World


@pytest.fixture
def clerk(world: World) -> Browser:
    return world.signed_in("counter")


def test_call_appointment_and_hand_over(world: World, clerk: Browser) -> None:
    cards = world.employer("e100", "王德海", "于秀兰")
    world.catch_up()
    clerk.get("/employers", show="to_call")
    assert "文登e100厂" in clerk.text
    clerk.post("/employers/e100/call", {"outcome": "answered"})
    clerk.post("/employers/e100/appoint", {"when": "2018-06-06T10:00"})
    assert "已约好6月6日 星期三 上午10:00" in clerk.text
    world.catch_up()
    assert "文登e100厂" in clerk.get("/employers", show="appointed").text
    for form in ({}, {"clerk_id": "1"}, {"seal": "company"}, {"clerk_id": "1", "seal": "other"}):
        clerk.post("/employers/e100/hand-over", form)
        assert "请核对经办人身份证" in clerk.text
    assert world.card(cards[0]).place == "bank"
    clerk.post("/employers/e100/hand-over", {"clerk_id": "1", "seal": "finance"})
    assert {world.card(card).place for card in cards} == {"employer"}
    clerk.post("/employers/e100/hand-over", {"clerk_id": "1", "seal": "finance"})
    assert "没有可以交接或回执的卡" in clerk.text
    assert "财务章" in clerk.text, "the history tells it"


@pytest.mark.parametrize("when", ["", "soon", "2018-06-01T10:00"])
def test_an_appointment_that_makes_no_sense_is_refused(world: World, clerk: Browser, when: str) -> None:
    world.employer("e101", "王德海")
    clerk.post("/employers/e101/appoint", {"when": when})
    assert "约定时间" in clerk.text and "填得不对" in clerk.text


def test_an_employer_nobody_knows_is_a_page(world: World, clerk: Browser) -> None:
    assert clerk.get("/employers/e999").status_code == 404
    clerk.post("/employers/e999/call", {"outcome": "answered"})
    assert "没有找到这家单位" in clerk.text


def test_a_roster_that_adds_up_is_reconciled(world: World, clerk: Browser) -> None:
    one, two, three = world.employer("e110", "王德海", "于秀兰", "孙玉珍", handed=True)
    clerk.post(
        "/employers/e110/roster",
        {f"card-{one}": "issued", f"card-{two}": "issued", f"card-{three}": "returned", "do": "return"},
    )
    assert "已发2张，退回1张，数目相符" in clerk.text
    assert world.card(one).done and world.card(three).place == "returned"
    clerk.post("/employers/e110/roster", {"do": "return"})
    assert clerk.page.status_code == 409


def test_a_roster_that_does_not_add_up_names_each_person_and_changes_nothing(
    world: World, clerk: Browser
) -> None:
    one, two, three = world.employer("e111", "王德海", "于秀兰", "孙玉珍", handed=True)
    clerk.post("/employers/e111/roster", {f"card-{one}": "issued", "do": "return"})
    assert clerk.page.status_code == 409 and "2人没有写明" in clerk.text
    for card in (two, three):
        person = world.system.vault.get(card)
        assert (
            person
            and f"{person.name}（身份证尾号{person.id_number[-4:]}）：没有写明是已发还是退回" in clerk.text
        )
    assert "王德海（" not in clerk.text
    assert world.card(one).place == "employer"
    assert f'name="card-{one}" value="issued" checked' in clerk.page.text, "what was ticked is still ticked"


def test_the_rest_can_be_ticked_as_issued_at_once(world: World, clerk: Browser) -> None:
    one, two, three = world.employer("e112", "王德海", "于秀兰", "孙玉珍", handed=True)
    clerk.post("/employers/e112/roster", {f"card-{three}": "returned", "do": "all_issued"})
    assert world.card(one).done and world.card(two).done and world.card(three).place == "returned"


def sheet(clerk: Browser, employer: str) -> tuple[object, bytes]:
    data = clerk.http.get(f"/roster/{employer}.xlsx").content
    return load_workbook(io.BytesIO(data)), data


def test_the_list_goes_out_as_a_file_and_comes_back_filled_in(world: World, clerk: Browser) -> None:
    cards = world.employer("e113", "王德海", "于秀兰", handed=True)
    book, _ = sheet(clerk, "e113")
    rows = book.active
    rows["C3"], rows["C4"] = "已发", "退回"
    names = [rows["A3"].value, rows["A4"].value]
    out = io.BytesIO()
    book.save(out)
    clerk.get("/employers/e113")
    clerk.post("/employers/e113/roster-file", files={"file": ("名单.xlsx", out.getvalue())})
    assert "已发1张，退回1张" in clerk.text
    by_name = {world.system.vault.get(card).name: card for card in cards}
    assert world.card(by_name[names[0]]).done and world.card(by_name[names[1]]).place == "returned"


def test_a_file_that_differs_is_refused_line_by_line(world: World, clerk: Browser) -> None:
    cards = world.employer("e114", "王德海", "于秀兰", "孙玉珍", handed=True)
    tails = {p.name: p.id_number[-4:] for p in map(world.system.vault.get, cards) if p}
    lines = [
        "姓名,身份证后四位,结果",
        f"王德海,{tails['王德海']},已发",
        f"王德海,{tails['王德海']},退回",
        f"于秀兰,{tails['于秀兰']},不知道",
        "不认识,0000,已发",
    ]
    clerk.get("/employers/e114")
    clerk.post("/employers/e114/roster-file", files={"file": ("r.csv", "\n".join(lines).encode("gb18030"))})
    assert clerk.page.status_code == 409
    for text in (
        "第3行 王德海",
        "和第2行重复",
        f"第4行 于秀兰 {tails['于秀兰']}：结果应写“已发”或“退回”",
        "第5行 不认识 0000：不在交给单位的名单里",
        "孙玉珍",
        "交给了单位，文件里没有",
    ):
        assert text in clerk.text, text
    assert all(world.card(card).place == "employer" for card in cards)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00\x01", b"PK\x03\x04 not a book", "甲,乙\n1,2".encode()])
@pytest.mark.parametrize("name", ["r.csv", "r.xlsx"])
def test_a_file_that_is_none_is_explained(world: World, clerk: Browser, data: bytes, name: str) -> None:
    with world.system.desk.view() as state:
        known = "e115" in state.employers
    if not known:
        world.employer("e115", "王德海", handed=True)
    clerk.get("/employers/e115")
    clerk.post("/employers/e115/roster-file", files={"file": (name, data)})
    assert clerk.page.status_code in (409, 422)
    assert "文件" in clerk.text or "表头" in clerk.text


def test_what_an_employer_keeps_too_long_is_recalled(world: World, clerk: Browser) -> None:
    (card,) = world.employer("e116", "王德海", handed=True)
    clerk.post("/employers/e116/recall")
    assert "请先勾选" in clerk.text or "先勾选" in clerk.text
    assert world.card(card).place == "employer"
    clerk.post("/employers/e116/recall", {"sure": "1"})
    assert world.card(card).place == "recalled"


def test_an_overdue_roster_stands_out(world: World, clerk: Browser) -> None:
    world.employer("e117", "王德海", handed=True)
    world.at(TUESDAY + timedelta(days=16))
    world.catch_up()
    clerk = world.signed_in("counter")
    clerk.get("/employers", show="overdue")
    assert "文登e117厂" in clerk.text and "回执超期" in clerk.text


def test_the_contact_is_kept_in_the_vault(world: World, clerk: Browser) -> None:
    world.employer("e118", "王德海")
    clerk.post("/employers/e118/contact", {"name": "丛经理", "phone": "0631-9912345"})
    contact = world.system.vault.get_employer_contact("e118")
    assert contact and (contact.name, contact.phone) == ("丛经理", "0631-9912345")
    clerk.post("/employers/e118/contact", {"name": "丛经理", "phone": "12"})
    assert "手机号" in clerk.text


def test_an_employer_ticks_keeps_prints_and_hands_in_its_own_roster(world: World) -> None:
    one, two = world.employer("e120", "王德海", "于秀兰", handed=True)
    own = world.signed_in("employer", "e120")
    assert own.heading == "文登e120厂"
    own.post("/employer/roster", {f"card-{one}": "issued", "do": "keep"})
    assert "还有1人没有勾" in own.text and world.card(one).place == "employer"
    assert f'name="card-{one}" value="issued" checked' in own.get("/employer").text
    own.get("/roster/e120/print")
    assert own.page.status_code == 200 and "王德海" in own.text and "签名" in own.text
    own.get("/employer")
    own.post("/employer/roster", {f"card-{one}": "issued", f"card-{two}": "returned", "do": "return"})
    assert "数目相符" in own.text and world.card(one).collected.by == "employer:e120"


def test_an_employer_sees_nobody_elses_people(world: World) -> None:
    (strange,) = world.employer("e121", "孙玉珍", handed=True)
    world.employer("e122", "王德海", handed=True)
    own = world.signed_in("employer", "e122")
    for path in ("/roster/e121.xlsx", "/roster/e121/print"):
        assert own.get(path).status_code == 404 and "孙玉珍" not in own.page.text
    for path in ("/employers", "/employers/e121", "/counter", "/board"):
        assert own.get(path).status_code == 403
    own.get("/employer")
    own.post("/employer/roster", {f"card-{strange}": "issued", "do": "return"})
    assert world.card(strange).place == "employer"


def test_a_large_employers_roster_fits_a_form(world: World, clerk: Browser) -> None:
    cards = world.employer("e130", *(f"王{n}" for n in range(30)), handed=True)
    padding = {f"card-none{n}": "issued" for n in range(1500)}
    form = {f"card-{card}": "issued" for card in cards}
    clerk.get("/employers/e130")
    clerk.post("/employers/e130/roster", {**padding, **form, "do": "return"})
    assert "已发30张" in clerk.text
    assert datetime(2018, 6, 5) < world.card(cards[0]).collected.at


def test_a_call_is_logged_with_who_what_came_of_it_the_note_and_the_next_step(
    world: World, clerk: Browser
) -> None:
    world.employer("e140", "王德海")
    clerk.post(
        "/employers/e140/call",
        {
            "outcome": "no_answer",
            "next_step": "call",
            "next_on": "2018-06-08",
            "note": "丛会计下午在，电话里说",
        },
    )
    log = clerk.page.text.split("联系记录")[1].split("</section>")[0]
    for said in ("没有接通", "丛会计下午在", "再打电话", "6月8日", "工作人员 counter"):
        assert said in log
    clerk.post("/employers/e140/call", {"outcome": "answered", "next_step": "call", "next_on": "2018-06-01"})
    assert "下一步的日期" in clerk.text and "填得不对" in clerk.text
    clerk.post("/employers/e140/call", {"outcome": "answered", "next_on": "soon"})
    assert "日期填得不对" in clerk.text


def test_a_note_is_sealed(world: World, clerk: Browser) -> None:
    world.employer("e141", "王德海")
    clerk.post("/employers/e141/call", {"outcome": "answered", "note": "丛经理15400001234"})
    with world.system.pool.connection() as conn:
        rows = conn.execute("SELECT * FROM employer_notes WHERE employer = 'e141'").fetchall()
    assert len(rows) == 1 and "丛经理".encode() not in bytes(rows[0][-1])
    assert "丛经理" not in str(world.system.log.history("employer:e141"))


def listed(clerk: Browser, show: str = "", q: str = "") -> set[str]:
    """The employers on the list."""
    text = clerk.get("/employers", show=show, q=q).text
    return set(re.findall(r'href="/employers/(e\d+)"', text))


def test_what_an_employer_owes_is_shown_by_its_working_day_and_listed_when_it_is_late(world: World) -> None:
    world.employer("e142", "王德海", handed=True)
    for now, wanted in (
        (datetime(2018, 6, 12, 17), set()),
        (datetime(2018, 6, 13, 8), {"deliver_late"}),
        (datetime(2018, 6, 21, 8), {"deliver_late", "overdue"}),
        (datetime(2018, 12, 2, 8), {"deliver_late", "overdue"}),
        (datetime(2018, 12, 2, 9), {"deliver_late", "overdue", "recall"}),
    ):
        world.at(now)
        world.catch_up()
        clerk = world.signed_in("counter")
        assert {
            show for show in ("deliver_late", "overdue", "recall") if "e142" in listed(clerk, show)
        } == wanted
        clerk.get("/employers/e142")
        assert "6月12日 星期二 前（5个工作日）" in clerk.text
        assert "12月2日 星期日" in clerk.text
    assert "建议收回" in clerk.text and "收不收由您定" in clerk.text


def test_the_most_pressing_is_first_and_everybody_is_found_by_what_is_known(world: World) -> None:
    world.employer("e143", "王德海", handed=True)
    world.employer("e144", "王德海")
    clerk = world.signed_in("counter")
    clerk.post("/employers/e144/contact", {"name": "时会计", "phone": "0631-9912346"})
    world.at(TUESDAY + timedelta(days=20))
    world.catch_up()
    clerk = world.signed_in("counter")
    page = clerk.get("/employers").text
    assert page.index('"/employers/e143"') < page.index('"/employers/e144"')
    for q in ("时会计", "9912346", "E144", "文登e144"):
        assert listed(clerk, q=q) == {"e144"}, q
    assert {"e143", "e144"} <= listed(clerk, "now")


def test_cards_that_came_back_are_listed_with_where_they_are(world: World, clerk: Browser) -> None:
    one, two = world.employer("e145", "王德海", "于秀兰", handed=True)
    clerk.get("/employers/e145")
    form = {f"card-{one}": "issued", f"card-{two}": "returned"}
    clerk.post("/employers/e145/roster", {**form, "do": "return"})
    world.do(HandOver(two, "self", holder_id_seen=True))
    world.catch_up()
    assert "e145" in listed(clerk, "returned")
    clerk.get("/employers/e145")
    back = clerk.page.text.split("改由本人领的卡")[1].split("</section>")[0]
    assert "于秀兰" in back and "本人已到银行领走" in back and "王德海" not in back
    assert "单位已发" in clerk.text


def test_a_csv_goes_out_and_comes_back_filled_in(world: World) -> None:
    cards = world.employer("e146", "王德海", "于秀兰", handed=True)
    own = world.signed_in("employer", "e146")
    answer = own.http.get("/roster/e146.csv")
    assert answer.content.startswith("\ufeff姓名,身份证后四位,结果,签名".encode())
    lines = answer.content.decode("utf-8-sig").splitlines()
    filled = [lines[0], *(line.replace(",,", ",已发,") for line in lines[1:])]
    own.get("/employer")
    own.post("/employer/roster-file", files={"file": ("名单.csv", "\r\n".join(filled).encode("utf-8-sig"))})
    assert "已发2张" in own.text and all(world.card(card).done for card in cards)
    assert world.signed_in("employer", "e145").http.get("/roster/e146.csv").status_code == 404


def test_the_board_says_who_is_late(world: World) -> None:
    world.employer("e147", "王德海", handed=True)
    world.at(datetime(2018, 6, 13, 9))
    world.catch_up()
    manager = world.signed_in("manager")
    manager.get("/board")
    assert "没按期把卡发到本人手里" in manager.text
    assert "/employers?show=deliver_late" in manager.page.text


def test_the_list_shows_the_most_pressing_first_and_the_rest_when_asked(
    world: World, clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queueing.web.routes.employers.AT_ONCE", 2)
    for number in range(3):
        world.employer(f"e{180 + number}", "王德海")
    world.catch_up()
    clerk.get("/employers", q="文登e18")
    assert "再显示其余1家" in clerk.text and len(listed(clerk, q="文登e18")) == 2
    assert (
        len(set(re.findall(r"/employers/(e18\d)", clerk.get("/employers", q="文登e18", whole="1").text))) == 3
    )
