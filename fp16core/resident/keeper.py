"""A resident process that is started when it is needed, kept while memory allows, and replaced when it has ended."""

import threading
from collections.abc import Callable

from fp16core.resident.endings import CallLimits
from fp16core.resident.resident import Resident
from fp16core.serving.child_memory import ChildMemory, Share


class ResidentKeeper:
    """Owner of at most one `fp16core.resident.resident.Resident` at a time.

    While idle, the process counts in the memory budget with what it holds, and is ended when others need that.

    Parameters
    ----------
    module
        Module that serves the calls.
    limits
        Limits of the process; its memory is limited to the whole budget, too.
    memory
        Memory budget of the server's child processes.
    idle_s
        Seconds after which an idle process is ended; `None` keeps it.

    Attributes
    ----------
    lock
        To be held by whoever calls `ready` and `rest`, and calls the process in between.
    """

    def __init__(self, module: str, limits: CallLimits, memory: ChildMemory, idle_s: float | None = None) -> None:
        self._module, self._limits, self._idle_s = module, limits, idle_s
        self.lock = threading.Lock()
        self._share = Share(memory, self.lock, self._end)
        self._child: Resident | None = None
        self._timer: threading.Timer | None = None

    @property
    def pid(self) -> int | None:
        """Number of the process; `None` while there is none."""
        child = self._child
        return child.pid if child is not None and child.is_alive else None

    def ready(
        self, memory_bytes: int, patience_s: float, is_wanted: Callable[[], bool] = lambda: True
    ) -> tuple[Resident, bool]:
        """Reserve memory for a call, and start the process unless it is there.

        Parameters
        ----------
        memory_bytes
            Memory that the call may use.
        patience_s
            Seconds to wait for it.
        is_wanted
            Polled while waiting.

        Returns
        -------
        child : Resident
        is_new : bool
            True if it was started just now.

        Raises
        ------
        BusyError
            If there is no memory, or nobody waits any more.
        WorkerError
            If no process can be started.
        """
        self._cancel_timer()
        self._share.acquire(memory_bytes, patience_s, is_wanted)
        child = self._child
        if child is not None and child.is_alive:
            return child, False
        if child is not None:
            child.close()
        self._child = None  # in case that no other can be started
        self._child = Resident(self._module, self._limits)
        return self._child, True

    def rest(self) -> None:
        """Keep the process for the next call, if it has survived the last one."""
        child = self._child
        if child is None or not child.is_alive or not (held_bytes := child.resident_bytes):
            self._end()
            return
        self._share.keep(held_bytes)
        if self._idle_s is not None:
            self._timer = threading.Timer(self._idle_s, self._share.evict)
            self._timer.daemon = True
            self._timer.start()

    def close(self) -> None:
        """End the process, even during a call, which then raises `ResidentEndedError`; `ready` starts another."""
        if (child := self._child) is not None:
            child.close()
        with self.lock:
            self._end()

    def _end(self) -> None:
        """End an idle process; under the lock."""
        self._cancel_timer()
        if self._child is not None:
            self._child.close()
            self._child = None
        self._share.release()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
