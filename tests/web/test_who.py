"""Who are you: codes by SMS, codes on paper, whose card, and no way to guess."""

from datetime import timedelta

import psycopg

from queueing.web import login_codes
from queueing.web.personal_code import personal_code
from tests.web.world import TUESDAY, World


def asked(world: World, phone: str):
    browser = world.browser()
    browser.get("/book")
    browser.post("/book", {"phone": phone})
    return browser


def test_the_code_opens_the_holders_page(world: World) -> None:
    browser = world.holder(world.person())
    assert browser.heading == "什么时候来？"


def test_a_number_typed_with_blanks_and_full_width_digits_is_the_same_number(world: World) -> None:
    phone = world.phone(world.person())
    browser = asked(
        world, f"{phone[:3]} {phone[3:7]} {phone[7:]}".translate(str.maketrans("0123", "０１２３"))
    )
    assert browser.heading == "请填短信里的6位数字"
    code = world.code_for(phone)
    browser.post("/book/code", {"code": f" {code[:3]} {code[3:]} "})
    assert browser.heading == "什么时候来？"


def test_a_wrong_code_opens_nothing_and_five_tries_end_it(world: World) -> None:
    phone = world.phone(world.person())
    browser = asked(world, phone)
    code = world.code_for(phone)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(login_codes.TRIES):
        assert browser.post("/book/code", {"code": wrong}).status_code == 422
    browser.post("/book/code", {"code": code})
    assert browser.page.status_code == 422 and "验证码不对" in browser.text


def test_a_code_opens_once_and_not_for_long(world: World) -> None:
    phone = world.phone(world.person())
    first, second = asked(world, phone), asked(world, phone)
    code = world.code_for(phone)
    assert second.post("/book/code", {"code": code}).status_code == 200
    assert first.post("/book/code", {"code": code}).status_code == 422
    third = asked(world, phone)
    world.at(TUESDAY + login_codes.LASTS + timedelta(seconds=1))
    assert third.post("/book/code", {"code": world.code_for(phone)}).status_code == 422


def test_nobody_learns_whether_a_number_is_known(world: World) -> None:
    known, unknown = asked(world, world.phone(world.person())), asked(world, "15499999999")
    assert known.text == unknown.text
    assert unknown.post("/book/code", {"code": "123456"}).status_code == 422


def test_only_so_many_codes_are_sent_to_a_phone(world: World) -> None:
    phone = world.phone(world.person())
    for _ in range(login_codes.PER_PHONE.most):
        assert asked(world, phone).page.status_code == 200
    browser = asked(world, phone)
    assert browser.page.status_code == 422 and "次数太多" in browser.text
    world.at(TUESDAY + login_codes.PER_PHONE.within)
    assert asked(world, phone).page.status_code == 200


def test_a_landline_and_a_wrong_number_are_explained(world: World) -> None:
    assert "座机收不到短信" in asked(world, "0631-9912345").text
    browser = asked(world, "1234")
    assert "11位" in browser.text and 'value="1234"' in browser.page.text


def test_a_child_sees_the_cards_of_both_parents_and_chooses(world: World) -> None:
    child = "15470000001"
    cards = [world.person(name, phone="", contact_phone=child) for name in ("丛培德", "王秀英")]
    browser = asked(world, child)
    browser.post("/book/code", {"code": world.code_for(child)})
    assert browser.heading == "给哪一位办？"
    assert "丛*德" in browser.text and "丛培德" not in browser.text
    browser.post("/book/whose", {"card": cards[1]})
    browser.post("/my/book", {"slot": "20180612-0930"})
    assert world.card(cards[1]).booking and not world.card(cards[0]).booking
    assert "给另一位办" in browser.text


def test_where_the_parent_has_a_phone_the_code_goes_there(world: World) -> None:
    child, parent = "15470000002", "15470000003"
    mother = world.person("刘玉兰", phone=parent, contact_phone=child)
    father = world.person("刘建国", phone="", contact_phone=child)
    browser = asked(world, child)
    with psycopg.connect(world.system.url) as conn:
        rows = conn.execute(
            "SELECT card FROM messages WHERE template = 'code' AND card = ANY(%s)", ([mother, father],)
        )
        assert [row[0] for row in rows] == [father]
    browser.post("/book/code", {"code": world.code_for(child)})
    assert browser.heading == "给哪一位办？"


def test_a_code_sent_to_another_phone_opens_only_that_phones_cards(world: World) -> None:
    child = "15470000004"
    parents = [
        world.person("姜桂兰", phone="15470000005", contact_phone=child),
        world.person("姜德海", phone="15470000006", contact_phone=child),
    ]
    browser = asked(world, child)
    browser.post("/book/code", {"code": world.code_for(child)})
    assert browser.heading == "什么时候来？"
    browser.post("/my/book", {"slot": "20180612-1000"})
    with psycopg.connect(world.system.url) as conn:
        query = "SELECT card FROM messages WHERE template = 'code' AND card = ANY(%s)"
        (told,) = conn.execute(query, (parents,)).fetchone() or ("",)
    assert [card for card in parents if world.card(card).booking] == [told]


def test_name_and_the_letters_code_open_one_card(world: World) -> None:
    card = world.person("欧阳秀兰")
    other = world.person("欧阳秀兰")
    code = personal_code(world.system.vault, card)
    assert len(code) == 8 and code != personal_code(world.system.vault, other)
    browser = world.browser()
    browser.get("/book/letter")
    browser.post("/book/letter", {"name": "王小兰", "code": code})
    assert browser.page.status_code == 422 and "对不上" in browser.text
    browser.post("/book/letter", {"name": " 欧阳 秀兰", "code": f"{code[:4]} {code[4:]}"})
    assert browser.heading == "什么时候来？"


def test_guessing_letters_is_cut_short(world: World) -> None:
    world.at(TUESDAY + timedelta(days=3))
    browser = world.browser()
    browser.get("/book/letter")
    for _ in range(login_codes.PER_ADDRESS.most):
        browser.post("/book/letter", {"name": "王小兰", "code": "00000000"})
    assert "次数太多" not in browser.text
    browser.post("/book/letter", {"name": "王小兰", "code": "00000000"})
    assert "次数太多" in browser.text


def test_nothing_of_a_holder_opens_without_saying_who(world: World) -> None:
    browser = world.browser()
    for path in (
        "/my",
        "/my/when",
        "/my/days",
        "/my/day/2018-06-06",
        "/my/check?slot=20180606-0900",
        "/my/cancel",
    ):
        browser.get(path)
        assert browser.heading == "请填手机号", path


def test_after_leaving_the_next_person_sees_nothing(world: World) -> None:
    browser = world.holder(world.person())
    browser.post("/my/book", {"slot": "20180613-0900"})
    browser.post("/my/leave")
    assert browser.heading == "先约时间，再来领卡"
    browser.get("/my")
    assert browser.heading == "请填手机号"


def test_a_phone_is_stored_nowhere_in_the_open(world: World) -> None:
    phone = world.phone(world.person())
    asked(world, phone)
    with psycopg.connect(world.system.url) as conn:
        for table in ("login_codes", "web_attempts", "web_sessions"):
            rows = conn.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
            assert phone not in str(rows), table
