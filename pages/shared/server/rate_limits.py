"""Rate limits of a hosted server on expensive requests; there are none at home."""

from typing import Literal

import streamlit as st

from fp16core.serving.rate_limit import Rate, RateLimiter, visitor_address, wait_text
from fp16core.singleton import singleton
from fp16core.vocabulary import BusyError
from pages.shared.server import hosted

RequestKind = Literal[
    "trial", "diagnosis", "conversion", "measurement", "training", "picture", "drawing", "lab", "report"
]

RATES: dict[RequestKind, tuple[Rate, Rate]] = {
    "trial": (Rate(60, 20), Rate(120, 40)),
    "diagnosis": (Rate(60, 10), Rate(120, 20)),
    "conversion": (Rate(30, 3), Rate(60, 6)),
    "measurement": (Rate(30, 2), Rate(60, 4)),
    "training": (Rate(30, 1), Rate(60, 2)),
    "picture": (Rate(600, 120), Rate(2_000, 600)),
    "drawing": (Rate(3_000, 600), Rate(6_000, 1_500)),
    "lab": (Rate(3_000, 300), Rate(6_000, 600)),
    "report": (Rate(60, 30), Rate(120, 60)),
}
"""Rates for one address, and for all together: burst size, and requests per minute. A class shares an address.

A picture takes 40 ms of computing, an unfinished drawing 10, a number of the lab 70 to 300, a trial 1 s, a
diagnosis or a conversion 5 to 10 s; a measurement and a training run take a minute or more, one at a time.
"""

PICTURE_S = 0.04
"""Processor time of a typical picture, in seconds."""

STROKE = 0.25
"""Cost of a drawing with another stroke, in pictures."""

_WORDS: dict[RequestKind, str] = {
    "trial": "trials of model files",
    "diagnosis": "diagnoses of models",
    "conversion": "conversions",
    "measurement": "measurements",
    "training": "training runs",
    "picture": "pictures",
    "drawing": "unfinished drawings",
    "lab": "new settings of the numerics lab",
    "report": "reports",
}


@singleton
def _limiters() -> dict[RequestKind, RateLimiter]:
    return {kind: RateLimiter(each, together) for kind, (each, together) in RATES.items()}


def allow(kind: RequestKind, cost: float = 1) -> None:
    """Count a request, or raise `BusyError` with the time to try again if the rate limit is reached."""
    if not hosted.is_hosted():
        return
    own_s, common_s = _limiters()[kind].take(address(), cost)
    if own_s:
        raise BusyError(f"Rate limit for {_WORDS[kind]} reached for your address; try again {wait_text(own_s)}.")
    if common_s:
        raise BusyError(
            f"Rate limit for {_WORDS[kind]} reached for all visitors together; try again {wait_text(common_s)}."
        )


def charge(kind: RequestKind, cost: float) -> None:
    """Charge a visitor for the cost of a request beyond what `allow` has counted."""
    if hosted.is_hosted() and cost > 0:
        _limiters()[kind].charge(address(), cost)


def address() -> str:
    """Network address of this visitor, as far as proxies may be believed."""
    return visitor_address(st.context.ip_address, st.context.headers.get_all("X-Forwarded-For"))
