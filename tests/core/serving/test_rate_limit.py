"""Token buckets and whose they are, on a clock of the test's own."""

import threading

import pytest

from fp16core.serving import rate_limit
from fp16core.serving.memory_budget import MemoryBudget, Visit
from fp16core.serving.rate_limit import Rate, RateLimiter, visitor_address, wait_text
from fp16core.vocabulary import BusyError


class Clock:
    """Stands still until it is moved."""

    now = 1_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_an_address_gets_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    allowed = RateLimiter(Rate(3, 6), Rate(100, 100), clock)
    assert [allowed.take("a") for _ in range(3)] == [(0, 0)] * 3
    own_s, common_s = allowed.take("a")
    assert (round(own_s, 6), common_s) == (10, 0), "six a minute: the next in ten seconds"
    assert allowed.take("b") == (0, 0), "another address has a bucket of its own"
    clock.now += 9.99
    assert allowed.take("a")[0] == pytest.approx(0.01)
    clock.now += 0.02
    assert allowed.take("a") == (0, 0)
    clock.now += 3_600
    assert [allowed.take("a") == (0, 0) for _ in range(4)] == [True] * 3 + [False], "no more than the burst is saved up"


def test_what_is_refused_costs_nothing_and_a_large_wish_costs_a_full_bucket() -> None:
    clock = Clock()
    allowed = RateLimiter(Rate(10, 60), Rate(12, 60), clock)
    assert allowed.take("a", 50) == (0, 0)
    own_s, common_s = allowed.take("b", 5)
    assert (own_s, round(common_s, 6)) == (0, 3), "two are left for all"
    assert allowed.take("b", 2) == (0, 0), "which the refusal has not taken"
    clock.now += 10
    assert allowed.take("a", 50) == (0, 0), "full again for both, by then"


def test_idle_addresses_are_forgotten_and_never_too_many_known(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    allowed = RateLimiter(Rate(2, 60), Rate(1e9, 1e9), clock)
    for number in range(50):
        allowed.take(f"early {number}")
    clock.now += 2
    allowed.take("late")
    assert allowed.addresses == 1, "the others' buckets are full again"
    monkeypatch.setattr(rate_limit, "_MOST_ADDRESSES", 20)
    for number in range(100):
        allowed.take(f"many {number}")
    assert allowed.addresses == 20
    assert allowed.take("many 99", 2)[0] > 0, "the latest are remembered"


def test_threads_get_no_more_than_there_is() -> None:
    allowed = RateLimiter(Rate(100, 1), Rate(1_000, 1), Clock())
    taken: list[bool] = []
    threads = [
        threading.Thread(target=lambda: taken.extend(allowed.take("a") == (0, 0) for _ in range(50))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), sum(taken)) == (400, 100)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("8.8.8.8", ["1.1.1.1"], "8.8.8.8"),  # a stranger's word
        (None, ["6.6.6.6, 9.9.9.9"], "9.9.9.9"),  # the proxy appends what it sees
        ("172.17.0.1", ["6.6.6.6", "9.9.9.9 "], "9.9.9.9"),
        ("10.0.0.7", [], "10.0.0.7"),
        (None, ["nonsense"], "127.0.0.1"),
        (None, ["192.168.1.5"], "192.168.1.5"),
        ("2001:4860:4860::8888", [], "2001:4860:4860::/64"),
        ("::1", ["2001:4860:4860:0:1:2:3:4"], "2001:4860:4860::/64"),
        ("::ffff:8.8.8.8", ["1.1.1.1"], "8.8.8.8"),
        ("a socket", [], "unknown"),
    ],
)
def test_the_last_address_is_believed_if_the_peer_can_be_our_proxy(
    peer: str | None, forwarded: list[str], expected: str
) -> None:
    assert visitor_address(peer, forwarded) == expected


def test_what_was_done_already_is_charged_as_far_as_there_are_tokens() -> None:
    rate_limit = RateLimiter(Rate(10, 60), Rate(30, 60), clock=lambda: 0.0)
    rate_limit.charge("a", 7)
    assert rate_limit.take("a", 4) == (1.0, 0.0)
    rate_limit.charge("a", 100)
    assert rate_limit.take("a", 2) == (2.0, 0.0), "nobody owes more than an empty bucket"
    assert rate_limit.take("b", 10) == (0.0, 0.0)
    assert rate_limit.take("c", 10) == (0.0, 0.0), "of the common 30, the first took 10"
    assert rate_limit.take("d", 1) == (0.0, 1.0)


def test_waits_are_rounded_up() -> None:
    assert [wait_text(s) for s in (0.1, 1.01, 90, 91, 181)] == [
        "in a second",
        "in 2 seconds",
        "in 90 seconds",
        "in 2 minutes",
        "in 4 minutes",
    ]


class Held:
    """So many bytes."""

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes

    def release(self) -> None:
        """Hold nothing."""
        self.size_bytes = 0


def test_holdings_count_what_is_alive() -> None:
    holdings = MemoryBudget(100, 70)
    first, second = Held(60), Held(30)
    holdings.add(first, Visit("1.1.1.1"))
    holdings.add(first, Visit("1.1.1.1"))
    holdings.add(second, Visit("2.2.2.2"))
    assert holdings.size_bytes == 90
    holdings.check(10, "3.3.3.3")
    with pytest.raises(BusyError, match="holds 90 B of its visitors' files, and takes 100 B in all"):
        holdings.check(11, "3.3.3.3")
    second.size_bytes = 5
    del first
    assert holdings.size_bytes == 5


def test_one_address_cannot_take_everybodys_room() -> None:
    holdings = MemoryBudget(100, 70)
    mine = [Held(20) for _ in range(3)]
    for held in mine:
        holdings.add(held, Visit("1.1.1.1"))
    holdings.check(10, "1.1.1.1")
    with pytest.raises(BusyError, match="holds 60 B of files from your network address, and takes 70 B from each"):
        holdings.check(11, "1.1.1.1")
    holdings.check(40, "2.2.2.2")
    with pytest.raises(BusyError, match="from your network address"):
        holdings.check(1, "1.1.1.1", {"1.1.1.1": 10})
    with pytest.raises(BusyError, match="in all"):
        holdings.check(31, "2.2.2.2", {"3.3.3.3": 10})


def test_what_visitors_hold_who_have_left_makes_room() -> None:
    """And stays until somebody needs it: it may be that only the connection broke."""
    holdings, here = MemoryBudget(100, 100), [True]
    gone, present = Held(50), Held(40)
    holdings.add(gone, Visit("1.1.1.1", lambda: here[0]))
    holdings.add(present, Visit("2.2.2.2"))
    with pytest.raises(BusyError):
        holdings.check(20, "3.3.3.3")
    here[0] = False
    holdings.check(10, "3.3.3.3")
    assert gone.size_bytes == 50
    holdings.check(20, "3.3.3.3")
    assert (gone.size_bytes, present.size_bytes) == (0, 40)
