"""Process-wide singletons: built on first use, shared by all threads, kept until the process ends.

What limits visitors or owns something of theirs belongs here and not in a cache: a cache may be emptied at any
time, by anybody, and whatever is rebuilt after that has forgotten what it counted or owned.
"""

import functools
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Generic, TypeVar

T = TypeVar("T")

_HOLDER = "fp16core_singletons"
"""Name of a module without a file: a reloader that evicts changed modules from `sys.modules` passes it by."""


class _Slot(Generic[T]):
    """Place of one singleton; the lock is held while it is being built."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.value: T | None = None
        self.is_built = False


def singleton(build: Callable[[], T]) -> Callable[[], T]:
    """Call ``build`` once in the life of the process, whichever thread is first; the others wait and share its result.

    Keyed by module and qualified name, so that the result outlives a reload of the module that defines ``build``.
    If ``build`` raises, nothing is kept and the next caller tries again.
    """
    name = f"{build.__module__}.{build.__qualname__}"

    @functools.wraps(build)
    def shared() -> T:
        slots: dict[str, _Slot[T]] = _slots()
        slot = slots.get(name) or slots.setdefault(name, _Slot())
        if not slot.is_built:
            with slot.lock:
                if not slot.is_built:
                    slot.value = build()
                    slot.is_built = True
        return slot.value  # type: ignore[return-value]  # built by now

    return shared


def reset_singletons() -> None:
    """Forget all singletons: for tests, each of which starts as a new process would."""
    _slots().clear()


def _slots() -> dict[str, _Slot[T]]:
    holder = sys.modules.get(_HOLDER) or sys.modules.setdefault(_HOLDER, ModuleType(_HOLDER))
    found: dict[str, _Slot[T]] = holder.__dict__.setdefault("slots", {})
    return found
