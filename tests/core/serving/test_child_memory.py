"""The budget of all child processes: who works counts in full, who is idle gives way, nobody goes beyond."""

import threading
import time

import pytest

from fp16core.serving.child_memory import ChildMemory, Share
from fp16core.vocabulary import BusyError

PATIENCE_S = 30


class Kept:
    """A child that is kept between calls."""

    def __init__(self, memory: ChildMemory, is_called: bool = False) -> None:
        self.calls, self.gone = threading.Lock(), 0
        self.share = Share(memory, self.calls, self.end)
        if is_called:
            self.calls.acquire()

    def end(self) -> None:
        """End it."""
        self.gone += 1
        self.share.release()


def test_those_who_work_never_hold_more_than_there_is() -> None:
    memory = ChildMemory(100)
    one, other = Kept(memory), Kept(memory)
    one.share.acquire(60)
    with pytest.raises(BusyError, match="all of the 100 B"):
        other.share.acquire(50, patience_s=0)
    assert memory.held_bytes == 60
    other.share.acquire(40, patience_s=0)
    assert memory.held_bytes == 100
    assert one.gone == other.gone == 0


def test_an_idle_child_counts_with_what_it_holds_and_gives_way_when_there_is_no_room() -> None:
    memory = ChildMemory(100)
    first, second, third = Kept(memory), Kept(memory), Kept(memory)
    first.share.acquire(60)
    first.share.keep(20)
    second.share.acquire(60)
    second.share.keep(20)
    assert memory.held_bytes == 40
    third.share.acquire(80, patience_s=0)
    assert (first.gone, second.gone) == (1, 0), "the one unused for longest goes, and no more than needed"
    assert memory.held_bytes == 100


def test_a_child_that_is_just_called_is_left_alone_and_waited_for() -> None:
    memory = ChildMemory(100)
    called, other = Kept(memory, is_called=True), Kept(memory)
    called.share.acquire(60)
    called.share.keep(60)
    taken = threading.Event()

    def take() -> None:
        other.share.acquire(60, PATIENCE_S)
        taken.set()

    thread = threading.Thread(target=take)
    thread.start()
    assert not taken.wait(0.5)
    called.calls.release()
    thread.join(PATIENCE_S)
    assert taken.is_set()
    assert called.gone == 1


def test_more_than_there_is_means_all_of_it() -> None:
    memory = ChildMemory(100)
    large = Kept(memory)
    large.share.acquire(1_000, patience_s=0)
    assert memory.held_bytes == 100


def test_whoever_has_left_waits_no_longer() -> None:
    memory = ChildMemory(100)
    Kept(memory).share.acquire(100)
    asked = time.monotonic()
    with pytest.raises(BusyError), memory.reserved(50, lambda: time.monotonic() < asked + 0.3):
        pass
    assert memory.held_bytes == 100


def test_what_was_lent_comes_back_also_after_an_error() -> None:
    memory = ChildMemory(100)
    with pytest.raises(ZeroDivisionError), memory.reserved(100, lambda: True):
        _ = 1 / 0
    assert memory.held_bytes == 0


def test_those_who_wait_do_not_wait_for_each_other() -> None:
    """Two idle children, both called at once, whose keepers cannot be asked to give way: each lets go of its own."""
    memory = ChildMemory(100)
    both = [Kept(memory, is_called=True) for _ in range(2)]
    for kept in both:
        kept.share.acquire(40)
        kept.share.keep(40)
    served: list[Kept] = []

    def call(kept: Kept) -> None:
        kept.share.acquire(90, PATIENCE_S)
        served.append(kept)
        kept.share.release()

    threads = [threading.Thread(target=call, args=(kept,)) for kept in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(served) == 2
    assert any(kept.gone for kept in both)


def test_many_threads_never_exceed_it() -> None:
    memory = ChildMemory(100)
    most = [0]

    def work(seed: int) -> None:
        kept = Kept(memory)
        for size in (30, 70, 50, 100):
            kept.share.acquire(size)
            most[0] = max(most[0], memory.held_bytes)
            time.sleep(0.002 * seed)
            kept.share.keep(10)
        kept.share.release()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert 0 < most[0] <= 100
    assert memory.held_bytes == 0
