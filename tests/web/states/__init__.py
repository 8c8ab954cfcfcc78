"""All pages and their states, one module an area."""

from tests.web.states import board, counter, employers, messages, retiree, site
from tests.web.states.registry import RETIREE, STATES, State, Visit

__all__ = [
    "RETIREE",
    "STATES",
    "State",
    "Visit",
    "board",
    "counter",
    "employers",
    "messages",
    "retiree",
    "site",
]
