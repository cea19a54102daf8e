"""The server's kept runs."""

from fp16core.runs.run import Run
from fp16core.runs.store import RunStore
from fp16core.singleton import singleton
from fp16core.vocabulary import HalfBitsError


@singleton
def store() -> RunStore:
    """The store that all visitors share; raises `HalfBitsError` if its settings are wrong."""
    found = RunStore()
    found.remove_stale_partials()
    return found


def runs() -> tuple[Run, ...]:
    """The runs that can be used, newest first; none if the store cannot be read, which its own page explains."""
    try:
        return store().runs()
    except HalfBitsError:
        return ()
