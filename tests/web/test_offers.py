"""Places offered on the web, at the counter, by phone and by the API: calm ones by the one score, and always
others for whoever asks again."""

from datetime import date, datetime

import pytest

from queueing.domain.offers import OfferSlots, Wish
from queueing.domain.season import CloseSlots
from tests.web.api.client import Api
from tests.web.world import TUESDAY, World

ROUNDS = 5


def slots_of(world: World, card: str) -> tuple[str, ...]:
    offer = world.card(card).offer
    assert offer is not None
    return offer.slots


def all_different(found: list[tuple[str, ...]]) -> bool:
    slots = [slot for offer in found for slot in offer]
    return len(slots) == len(set(slots)) == 3 * len(found)


def test_the_web_shows_three_others_again_and_again(world: World) -> None:
    card = world.person()
    browser = world.holder(card)
    found = [slots_of(world, card)]
    for _ in range(ROUNDS):
        assert "换三个时间" in browser.text
        browser.post("/my/more")
        found.append(slots_of(world, card))
    assert all_different(found)


@pytest.mark.parametrize("on", ["counter", "phone"])
def test_staff_get_three_others_by_the_same_key(world: World, on: str) -> None:
    card = world.person()
    clerk = world.signed_in("counter")
    found = []
    for _ in range(ROUNDS):
        clerk.post("/counter/do/offer", {"card": card, "on": on})
        found.append(slots_of(world, card))
        assert "换三个时间" in clerk.text
    assert all_different(found)


def test_the_api_keeps_three_others_again_and_again(world: World) -> None:
    api, card = Api.of(world), world.person()
    wanted = {"card": card, "days": ["2018-06-14"], "part": "am"}
    found = [tuple(place["slot"] for place in api.post("/offers", wanted).json()["places"])]
    for _ in range(3):
        answer = api.post("/offers", wanted | {"more": True})
        assert answer.status_code == 201
        found.append(tuple(place["slot"] for place in answer.json()["places"]))
    assert all_different(found)
    assert all(slot.startswith("20180614-") and slot[9:] < "1200" for offer in found for slot in offer)


def test_all_channels_offer_the_same_places_in_the_same_position(world: World) -> None:
    """An hour later the places are free again, and the next one asks for the same day."""
    found = []
    for hour, via in enumerate(("sms", "web", "phone", "counter", "paper"), start=9):
        world.at(datetime(2018, 6, 5, hour))
        card = world.person()
        world.do(OfferSlots(card, Wish(days=(date(2018, 6, 21),))), by="holder", via=via)
        found.append(slots_of(world, card))
    assert len(set(found)) == 1


def test_a_season_s_first_offers_are_spread_and_not_all_the_earliest(world: World) -> None:
    offers = []
    for _ in range(12):
        card = world.person()
        world.do(OfferSlots(card), by="holder", via="web")
        offers.append(slots_of(world, card))
    with world.system.desk.view() as state:
        earliest = tuple(sorted(name for name, slot in state.slots.items() if slot.start > TUESDAY))[:3]
    assert earliest not in offers
    assert len({slot for offer in offers for slot in offer}) >= 12, "spread over many slots"


def test_the_web_says_so_when_there_are_no_others(world: World) -> None:
    card = world.person()
    with world.system.desk.view() as state:
        ahead = [name for name, slot in state.slots.items() if slot.start > TUESDAY and slot.open]
    world.do(CloseSlots(tuple(ahead[:-3]), "停电"))
    browser = world.holder(card)
    before = slots_of(world, card)
    browser.post("/my/more")
    assert slots_of(world, card) == before == tuple(ahead[-3:])
    assert "现在空着的就是这几个时间" in browser.text
