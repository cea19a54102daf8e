"""Per-address rate limits: token buckets, and the address of a visitor."""

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_MOST_ADDRESSES = 10_000
"""Addresses that are remembered at once; beyond, the one unseen for longest is forgotten."""

_IPV6_PREFIX = 64
"""Bits of an IPv6 address that tell visitors apart: what follows, each can choose anew at any time."""


@dataclass(frozen=True)
class Rate:
    """Rate of requests.

    Attributes
    ----------
    burst
        Burst size: requests after a while without any.
    per_minute
        Sustained rate.
    """

    burst: float
    per_minute: float


class RateLimiter:
    """Two kinds of token buckets: one for each address, one for all.

    A bucket holds ``burst`` tokens when it is full, and fills at ``per_minute``. Whoever asks takes
    tokens out of their own and out of the common one, out of both or out of neither.

    Parameters
    ----------
    each, together
        What one address may ask for, and all addresses.
    clock
        Seconds, never running backwards.
    """

    def __init__(self, each: Rate, together: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._each, self._together, self._clock = each, together, clock
        self._lock = threading.Lock()
        self._common = _Bucket(together, clock())
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    @property
    def addresses(self) -> int:
        """Number of addresses that are remembered: those whose bucket may not be full again."""
        return len(self._buckets)

    def take(self, address: str, cost: float = 1.0) -> tuple[float, float]:
        """Take tokens, if there are enough.

        Parameters
        ----------
        address
            Who asks.
        cost
            Tokens; more than a full bucket holds count as a full bucket.

        Returns
        -------
        own_s, common_s : float
            Seconds until the address, and all together, may ask so; both are 0 if the tokens were taken.
        """
        cost = min(cost, self._each.burst, self._together.burst)
        with self._lock:
            now = self._clock()
            self._forget(now)
            bucket = self._buckets.get(address) or _Bucket(self._each, now)
            own_s, common_s = bucket.wait_s(cost, now), self._common.wait_s(cost, now)
            if not own_s and not common_s:
                bucket.take(cost, now)
                self._common.take(cost, now)
                self._buckets[address] = bucket
                self._buckets.move_to_end(address)
            return own_s, common_s

    def charge(self, address: str, cost: float) -> None:
        """Take tokens for what has been done already: ``cost``, or as many as the address and all have left."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            bucket = self._buckets.get(address) or _Bucket(self._each, now)
            cost = min(cost, bucket.filled(now))
            bucket.take(cost, now)
            self._common.take(min(cost, self._common.filled(now)), now)
            self._buckets[address] = bucket
            self._buckets.move_to_end(address)

    def _forget(self, now: float) -> None:
        """Drop buckets that are full again, as far as that is sure, and the oldest if there are too many."""
        sure_s = self._each.burst / self._each.per_minute * 60
        while self._buckets:
            oldest = next(iter(self._buckets.values()))
            if len(self._buckets) < _MOST_ADDRESSES and now - oldest.when < sure_s:
                return
            self._buckets.popitem(last=False)


class _Bucket:
    def __init__(self, rate: Rate, now: float) -> None:
        self._rate, self._tokens, self.when = rate, rate.burst, now

    def wait_s(self, cost: float, now: float) -> float:
        return max(0.0, cost - self.filled(now)) / self._rate.per_minute * 60

    def take(self, cost: float, now: float) -> None:
        self._tokens, self.when = self.filled(now) - cost, now

    def filled(self, now: float) -> float:
        return min(self._rate.burst, self._tokens + (now - self.when) / 60 * self._rate.per_minute)


def visitor_address(peer: str | None, forwarded: Sequence[str]) -> str:
    """Return the address whose tokens a request takes.

    Parameters
    ----------
    peer
        Address of whoever is at the other end of the connection; `None` for this machine itself.
    forwarded
        Values of all ``X-Forwarded-For`` headers, in their order. The last address in them is what the
        nearest proxy saw; whatever stands before may be made up. It is believed only if the peer is no
        address of the public internet, and so can be a proxy of ours.

    Returns
    -------
    str
        An IPv4 address, the first half of an IPv6 address, or ``"unknown"``.
    """
    near = _address(peer or "127.0.0.1")
    if near is not None and near.is_global:
        return _text(near)
    told = _address(",".join(forwarded).rpartition(",")[2])
    return _text(told or near)


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _address(text: str) -> _Address | None:
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found


def _text(address: _Address | None) -> str:
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address), _IPV6_PREFIX), strict=False))
    return "unknown" if address is None else str(address)


def wait_text(seconds: float) -> str:
    """Time to try again, rounded up: ``in 12 seconds``, ``in 3 minutes``."""
    whole = math.ceil(seconds)
    if whole < 2:
        return "in a second"
    return f"in {whole} seconds" if whole <= 90 else f"in {math.ceil(whole / 60)} minutes"
