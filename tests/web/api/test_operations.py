"""What the bank's own systems can do: the same rules and numbers as the pages."""

import threading
from datetime import datetime

from queueing.domain import events as e
from queueing.domain.booking import BookSlot
from queueing.projections.history import history
from queueing.web import calm
from queueing.web.personal_code import personal_code
from queueing.web.site import make_site
from tests.patience import PATIENCE
from tests.web.api.client import Api, problem
from tests.web.world import World

LATER = "20180612-0930"


def last_events(world: World, card: str) -> list[str]:
    return [type(event).__name__ for _, event in world.system.log.history(f"card:{card}")][1:]


def test_a_booking_is_made_looked_at_moved_and_cancelled(world: World, api: Api) -> None:
    card = world.person()
    made = api.post("/bookings", {"card": card, "slot": LATER})
    assert made.status_code == 201
    booking = made.json()
    assert (booking["card"], booking["slot"], booking["version"], booking["via"]) == (card, LATER, 1, "phone")
    assert booking["told"] == "2018-06-12T09:30:00+08:00"
    number = booking["booking"]
    assert api.get(f"/bookings/{number}").json() == booking
    assert api.get(f"/cards/{card}").json()["booking"] == booking
    moved = api.post(f"/bookings/{number}/move", {"slot": "20180613-1000"}).json()
    assert (moved["booking"], moved["slot"], moved["version"]) == (number, "20180613-1000", 2)
    ended = api.post(f"/bookings/{number}/cancel").json()
    assert [(one["kind"], one["data"]["reason"]) for one in ended["facts"]] == [
        ("booking-cancelled", "asked")
    ]
    problem(api.get(f"/bookings/{number}"), 404, "no-booking")
    assert last_events(world, card) == ["SlotBooked", "BookingMoved", "BookingCancelled"]


def test_the_history_says_which_system_did_it_through_which_channel(world: World) -> None:
    api, card = Api.of(world, channel="phone"), world.person()
    api.post("/bookings", {"card": card, "slot": LATER})
    line = history(world.system.log, card)[-1]
    assert (line.who, line.channel) == (f"业务系统 {api.name}", "电话")


def test_a_refusal_is_a_problem_with_its_ids(world: World, api: Api) -> None:
    card = world.person(cohort="tuoguan")
    late = world.person(cohort="jumin")
    taken = "20180612-1015"
    api.post("/bookings", {"card": card, "slot": taken})
    said = problem(api.post("/bookings", {"card": card, "slot": "20180613-0900"}), 409, "already-booked")
    assert (said["card"], said["slot"], said["told"]) == (card, taken, "2018-06-12T10:15:00+08:00")
    assert "已经约好了6月12日 星期二 上午10:15" in said["detail"]
    problem(api.post("/bookings", {"card": "nobody", "slot": LATER}), 404, "unknown-card")
    problem(api.post("/bookings", {"card": late, "slot": "20180612-0931"}), 404, "unknown-slot")
    problem(api.post("/bookings", {"card": late, "slot": "20180604-0930"}), 409, "slot-past")


def test_too_early_says_from_when(world: World, api: Api) -> None:
    card = world.person(cohort="tuoguan")
    world.at(datetime(2018, 5, 20, 9))
    said = problem(api.post("/offers", {"card": card}), 409, "too-early")
    assert said["opens"] == "2018-06-01" and "从6月1日" in said["detail"]


def test_offers_keep_places_that_can_then_be_booked(world: World, api: Api) -> None:
    card = world.person()
    offer = api.post("/offers", {"card": card, "days": ["2018-06-14"], "part": "am"})
    assert offer.status_code == 201
    places = offer.json()["places"]
    assert len(places) == 3 and all(place["slot"].startswith("20180614-") for place in places)
    booked = api.post("/bookings", {"card": card, "slot": places[1]["slot"]}).json()
    assert booked["told"] == places[1]["told"]


def test_availability_is_for_one_holder_by_the_channel_of_the_key(world: World, api: Api) -> None:
    card = world.person()
    found = api.get(f"/cards/{card}/availability", **{"from": "2018-06-15", "to": "2018-06-15"}).json()
    assert found["card"] == card
    assert {place["slot"][:8] for place in found["places"]} == {"20180615"}
    assert all(place["free"] > 0 for place in found["places"])


def test_slots_and_days_are_the_boards_numbers(world: World, api: Api) -> None:
    for _ in range(3):
        world.do(BookSlot(world.person(), "20180606-1015"))
    world.catch_up()
    site = make_site(world.system, demo=False)
    day = datetime(2018, 6, 6).date()
    board = {one.slot: one for one in calm.slots(site, day)}
    slots = api.get("/slots", **{"from": "2018-06-06", "to": "2018-06-06"}).json()["slots"]
    assert list(board) == [one["slot"] for one in slots]
    for one in slots:
        same = board[one["slot"]]
        for field in ("capacity", "booked", "free", "due", "level", "expected", "level_text", "walk_ins"):
            assert one[field] == getattr(same, field), field
    assert api.get("/slots/20180606-1015").json()["booked"] == 3
    (load,) = calm.days(site, day, day)
    told = api.get("/statistics/days/2018-06-06").json()
    assert all(told[field] == getattr(load, field) for field in told if field != "day")
    days = api.get("/statistics/days", **{"from": "2018-06-06", "to": "2018-06-06"}).json()["days"]
    assert days == [told]


def test_a_card_is_found_by_phone_or_by_the_letter_and_never_by_address(world: World, api: Api) -> None:
    card = world.person(name="欧阳春")
    by_phone = api.post("/cards/lookup", {"phone": world.phone(card)})
    assert [one["card"] for one in by_phone.json()["cards"]] == [card]
    code = personal_code(world.system.vault, card)
    assert api.post("/cards/lookup", {"name": "欧阳春", "code": code}).json() == by_phone.json()
    assert "欧阳" not in by_phone.text and world.phone(card) not in by_phone.text
    problem(api.post("/cards/lookup", {"phone": "15499999999"}), 404, "nobody-found")
    wrong = problem(api.post("/cards/lookup", {"name": "欧阳春"}), 422, "invalid-request")
    assert "欧阳春" not in str(wrong)


def test_trying_out_codes_is_cut_short(world: World) -> None:
    api = Api.of(world, ["book"])
    card = world.person(name="诸葛明")
    for number in range(60):
        problem(api.post("/cards/lookup", {"name": "诸葛明", "code": f"{number:08d}"}), 404, "nobody-found")
    code = personal_code(world.system.vault, card)
    answer = api.post("/cards/lookup", {"name": "诸葛明", "code": code})
    problem(answer, 429, "too-many-requests")
    assert int(answer.headers["retry-after"]) > 60


def test_a_visit_from_the_door_to_the_card(world: World, api: Api) -> None:
    booked, walk_in = world.person(), world.person()
    world.at(datetime(2018, 6, 5, 8))
    world.do(BookSlot(booked, "20180605-0915"))
    world.at(datetime(2018, 6, 5, 9, 10))
    assert api.post("/arrivals", {"card": booked}).json()["facts"][0]["kind"] == "holder-arrived"
    assert api.post("/arrivals", {"card": booked}).json()["facts"] == [], "arriving twice is arriving once"
    got = api.post("/tickets", {"card": walk_in}).json()
    assert got["got"] == "ticket" and got["number"].startswith("B")
    assert api.post("/tickets", {"card": walk_in}).json()["number"] == got["number"]
    assert {one["card"] for one in api.get("/queue").json()["waiting"]} >= {booked, walk_in}
    called = api.post("/calls", {"window": "71", "card": booked}).json()
    assert called["facts"][0]["data"] == {"card": booked, "window": "71"}
    problem(api.post("/calls", {"window": "72", "card": booked}), 409, "called-elsewhere")
    problem(api.post("/calls", {"window": "71", "card": walk_in}), 409, "window-busy")
    problem(api.post("/collections", {"card": booked, "ids_seen": []}), 422, "ids-not-seen")
    proxy = {"card": booked, "how": "proxy", "ids_seen": ["holder"], "window": "71"}
    problem(api.post("/collections", proxy), 422, "ids-not-seen")
    done = api.post("/collections", {**proxy, "ids_seen": ["holder", "proxy"]})
    assert done.status_code == 201 and done.json()["facts"][0]["data"]["how"] == "proxy"
    problem(api.post("/collections", proxy), 409, "already-collected")
    undone = api.post(f"/collections/{booked}/undo", {"reason": "交错了"}).json()
    assert undone["facts"][0]["kind"] == "collection-undone"
    assert "reason" not in undone["facts"][0]["data"], "what staff typed does not leave the branch"
    problem(api.post(f"/collections/{walk_in}/undo", {"reason": "交错了"}), 409, "not-collected")
    assert api.post(f"/visits/{booked}/end").json()["facts"][0]["kind"] == "holder-left"
    assert api.post(f"/visits/{walk_in}/end").json()["facts"][0]["kind"] == "holder-left"


def test_an_arrival_that_was_a_slip_is_undone(world: World, api: Api) -> None:
    card = world.person()
    world.do(BookSlot(card, "20180605-1000"))
    api.post("/arrivals", {"card": card})
    undone = api.post(f"/arrivals/{card}/undo", {"reason": "点错了人"})
    assert [one["kind"] for one in undone.json()["facts"]] == ["arrival-undone"]
    assert world.card(card).booking, "the booking stands"


def test_a_call_is_withdrawn_and_a_card_switched_on(world: World, api: Api) -> None:
    card = world.person()
    api.post("/tickets", {"card": card})
    api.post("/calls", {"window": "81", "card": card})
    assert api.post(f"/calls/{card}/withdraw").json()["facts"][0]["kind"] == "call-withdrawn"
    problem(api.post("/activations", {"cards": [card]}), 409, "card-not-here")
    api.post("/collections", {"card": card, "ids_seen": ["holder"]})
    assert api.post("/activations", {"cards": [card]}).json()["facts"][0]["kind"] == "card-activated"
    problem(api.post(f"/collections/{card}/undo", {"reason": "交错了"}), 409, "undo-too-late")


def test_a_no_show_is_recorded_after_the_grace_and_undone(world: World, api: Api) -> None:
    card = world.person()
    world.at(datetime(2018, 6, 5, 8))
    number = api.post("/bookings", {"card": card, "slot": "20180605-0930"}).json()["booking"]
    world.at(datetime(2018, 6, 5, 9, 45))
    problem(api.post("/no-shows", {"booking": number}), 409, "not-yet-no-show")
    world.at(datetime(2018, 6, 5, 10, 30))
    assert api.post("/no-shows", {"booking": number}).status_code == 201
    assert api.get(f"/cards/{card}").json()["no_shows"] == 1
    assert (
        api.post(f"/no-shows/{card}/undo", {"reason": "人来了"}).json()["facts"][0]["kind"]
        == "no-show-undone"
    )


def test_an_employer_from_the_call_to_the_roster(world: World, api: Api) -> None:
    first, second = world.employer("e901", "甲", "乙")
    world.catch_up()
    assert api.get("/employers/e901").json()["state"] == "to_call"
    assert api.post("/employers/e901/calls", {"outcome": "answered"}).status_code == 201
    when = {"when": "2018-06-06T10:00:00+08:00"}
    assert api.post("/employers/e901/appointments", when).status_code == 201
    assert world.system.log.history("employer:e901")[-1].event.when == datetime(2018, 6, 6, 10)  # type: ignore[attr-defined]
    seal = {"clerk_id_seen": True, "seal": "company"}
    problem(api.post("/employers/e901/hand-overs", {**seal, "clerk_id_seen": False}), 422, "seal-not-seen")
    said = problem(
        api.post("/employers/e901/hand-overs", {**seal, "cards": ["x1"]}), 409, "not-this-employers"
    )
    assert said["cards"] == ["x1"] and "文登e901厂" in said["detail"]
    assert api.post("/employers/e901/hand-overs", seal).status_code == 201
    assert set(api.get("/employers/e901/cards").json()["held"]) == {first, second}
    said = problem(api.post("/employers/e901/rosters", {"issued": [first]}), 409, "roster-differs")
    assert said["missing"] == [second]
    done = api.post("/employers/e901/rosters", {"issued": [first], "returned": [second]})
    assert [one["kind"] for one in done.json()["facts"]] == [
        "employer-roster-returned",
        "employer-reconciled",
    ]
    world.catch_up()
    assert api.get("/employers/e901").json()["state"] == "reconciled"
    assert "e901" in {one["employer"] for one in api.get("/employers").json()["employers"]}
    problem(api.get("/employers/e999"), 404, "unknown-employer")


def test_the_feed_has_every_fact_once_in_order_without_people(world: World, api: Api) -> None:
    start = world.system.log.head()
    card = world.person(name="司马光")
    world.do(BookSlot(card, "20180619-0930"), by="staff:linlin")
    first = api.get("/events", after=start, limit=1).json()
    assert [one["kind"] for one in first["events"]] == ["card-registered"] and first["more"]
    rest = api.get("/events", after=first["next"])
    (booked,) = rest.json()["events"]
    assert (booked["kind"], booked["by"], booked["via"]) == ("slot-booked", "staff", "counter")
    assert booked["data"]["told"] == "2018-06-19T09:30:00+08:00"
    assert "司马光" not in rest.text and "linlin" not in rest.text and not rest.json()["more"]
    again = api.http.get(
        "/events", params={"after": first["next"]}, headers={"If-None-Match": rest.headers["etag"]}
    )
    assert again.status_code == 304 and again.text == ""
    empty = api.get("/events", after=rest.json()["next"]).json()
    assert empty == {"events": [], "next": rest.json()["next"], "more": False}
    assert api.get("/events", after=start).json()["events"] == first["events"] + rest.json()["events"]


def test_a_reader_that_waits_hears_what_comes(world: World, api: Api) -> None:
    start = world.system.log.head()
    heard = []
    waiting = threading.Thread(
        target=lambda: heard.append(api.get("/events", after=start, wait=15).json()), daemon=True
    )
    waiting.start()
    card = world.person()
    waiting.join(PATIENCE)
    assert [one["data"]["card"] for one in heard[0]["events"]][:1] == [card]


def test_events_of_a_request_carry_its_tag(world: World, api: Api) -> None:
    card = world.person()
    api.post("/bookings", {"card": card, "slot": LATER}, key="tagged")
    (_, event) = world.system.log.history(f"card:{card}")[-1]
    assert isinstance(event, e.SlotBooked) and f"request:{event.request}" in event.tags()
    assert [one.event for one in world.system.log.history(f"request:{event.request}")] == [event]
