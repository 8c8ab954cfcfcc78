"""Between our events and the recorder's: MessagePack data, and stored names through the library's topic
registry, so that the name written is the name a query asks for."""

from __future__ import annotations

import msgspec
from eventsourcing.dcb.api import DCBEvent
from eventsourcing.utils import TopicError, get_topic, register_topic, resolve_topic

from queueing.domain.events import Event, all_events
from queueing.domain.kernel import UnknownEvent

_encoder = msgspec.msgpack.Encoder()
_decoders: dict[str, msgspec.msgpack.Decoder[Event]] = {}
_topics: dict[type[Event], str] = {}

for _event in all_events():
    register_topic(_event.TOPIC, _event)
    _topics[_event] = get_topic(_event)


def encode(event: Event) -> DCBEvent:
    """The stored form of an event, with its tags."""
    return DCBEvent(type=_topics[type(event)], data=_encoder.encode(event), tags=event.tags())


def decode(stored: DCBEvent) -> Event:
    """The event of a stored form. Fields that came later take their defaults."""
    decoder = _decoders.get(stored.type) or _decoder(stored.type)
    return decoder.decode(stored.data)


def _decoder(name: str) -> msgspec.msgpack.Decoder[Event]:
    try:
        decoder = _decoders[name] = msgspec.msgpack.Decoder(resolve_topic(name))
    except TopicError:
        raise UnknownEvent(name) from None
    return decoder
