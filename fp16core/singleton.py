"""Process-wide singletons: built on first use, shared by all threads, kept until the process ends.

Objects that limit visitors or own something of theirs belong here rather than in a cache: any visitor may clear a
cache, and a rebuilt object has lost what it counted or owned.
"""

import functools
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Generic, TypeVar

T = TypeVar("T")

_HOLDER = "fp16core_singletons"
"""Name of a module without a file, which a reloader that evicts changed modules from `sys.modules` ignores."""


class _Slot(Generic[T]):
    """Slot of one singleton; its lock is held during construction."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.value: T | None = None
        self.is_built = False


def singleton(build: Callable[[], T]) -> Callable[[], T]:
    """Decorate a function without arguments to be called once per process; all threads share its result.

    The key is the function's module and qualified name, so the result survives a reload of its module. If
    ``build`` raises, nothing is stored and the next caller tries again.
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
        return slot.value  # type: ignore[return-value]  # built above

    return shared


def reset_singletons() -> None:
    """Forget all singletons; for tests, each of which starts like a new process."""
    _slots().clear()


def _slots() -> dict[str, _Slot[T]]:
    holder = sys.modules.get(_HOLDER) or sys.modules.setdefault(_HOLDER, ModuleType(_HOLDER))
    found: dict[str, _Slot[T]] = holder.__dict__.setdefault("slots", {})
    return found
