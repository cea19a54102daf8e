"""A confined child process that stays and answers one call after another, seen from the process that owns it."""

import contextlib
import io
import logging
import pickle
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import psutil

from fp16core.jobs import child
from fp16core.jobs.child_log import last_lines
from fp16core.resident.answers import read_answer
from fp16core.resident.endings import CallLimits, Ending, ResidentEndedError
from fp16core.resident.wire import ANSWER, CALL, FAULT, HEADER, REFUSAL
from fp16core.settings import is_hosted
from fp16core.system.limits import SYSTEM_CONFINES
from fp16core.system.memory import held_bytes
from fp16core.system.pipes import PipePair
from fp16core.vocabulary import HalfBitsError, WorkerError

_LOGGER = logging.getLogger(__name__)

_POLL_S = 0.05
"""Interval at which a call checks its limits."""

_GOODBYE_S = 1.0


class Resident:
    """A module whose `fp16core.resident.child.serve_calls` answers calls in a child process.

    The child ends by itself when this process does. Threads may share it: calls are answered one after
    another. After any ending but an answer or a refusal the child is gone, and its owner starts another.

    Parameters
    ----------
    module
        What to run, as in ``python -m module``.
    limits
        What it may take.

    Attributes
    ----------
    answer_bytes
        Size of the last answer.
    """

    def __init__(self, module: str, limits: CallLimits) -> None:
        self.limits = limits
        self._lock = threading.Lock()
        self._stopped = False
        self.answer_bytes = 0
        try:
            self._child, self._log = child.start(module, str(limits.memory_bytes))
        except OSError as error:
            raise WorkerError(f"No process could be started ({error.strerror}); try again later.") from error
        self._process = psutil.Process(self._child.pid)
        given, answers = (cast(io.BufferedIOBase, pipe).fileno() for pipe in (self._child.stdin, self._child.stdout))
        self._pipes = PipePair(given, answers)

    @property
    def is_alive(self) -> bool:
        """True if it can be called."""
        return self._child.poll() is None

    @property
    def resident_bytes(self) -> int:
        """Memory that the child holds at present; 0 if it is gone."""
        try:
            return int(self._process.memory_info().rss)
        except psutil.NoSuchProcess:
            return 0

    @property
    def pid(self) -> int:
        """The child's process number."""
        return self._child.pid

    def call(self, function: str, *arguments: Any, is_wanted: Callable[[], bool] = lambda: True) -> Any:
        """Have the child call one of the functions that it serves.

        Parameters
        ----------
        function
            Its name.
        arguments
            Whatever `pickle` takes.
        is_wanted
            Asked now and then whether anybody still waits for the answer; if not, the child is ended.

        Raises
        ------
        HalfBitsError
            What the function raised, of the same class.
        ResidentEndedError
            If the child came to an end.
        """
        body = pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL)
        with self._lock:
            if not self.is_alive:
                raise self._ended(Ending.STOPPED if self._stopped else Ending.CRASH)
            try:
                kind, answer = self._exchange(HEADER.pack(CALL, len(body)) + body, is_wanted)
                self.answer_bytes = len(answer)
                found = _understood(kind, answer)
            except ResidentEndedError:
                raise
            except BaseException as error:
                # The child may have more to say, which the next caller would take for an answer.
                self._kill()
                if not isinstance(error, Exception):
                    raise
                _LOGGER.exception("A confined process answered %s with what cannot be read", function)
                raise self._ended(Ending.CRASH) from error
        if kind == ANSWER:
            return found
        if kind == REFUSAL:
            raise cast(HalfBitsError, found)
        _LOGGER.error("A confined process failed at %s:\n%s", function, found)
        raise WorkerError(
            "The process that should compute this failed; the server's log has the reason."
            if is_hosted()
            else f"The process that should compute this failed: {(found.strip().splitlines() or ['no reason'])[-1]}"
        )

    def close(self) -> None:
        """End the child, and return when it is gone; a call that waits for it raises `ResidentEndedError`."""
        self._stopped = True
        self._kill()
        with self._lock:
            self._pipes.close()
            for pipe in (self._child.stdin, self._child.stdout):
                with contextlib.suppress(OSError):
                    cast(io.BufferedIOBase, pipe).close()
            self._log.close()

    def _exchange(self, message: bytes, is_wanted: Callable[[], bool]) -> tuple[bytes, memoryview]:
        start_s, start_cpu_s = time.monotonic(), self._cpu_s()
        received, length, checked_s = bytearray(), None, start_s
        if self._pipes.has_more():
            raise ValueError("more than it was asked for")
        self._pipes.send(message)
        while length is None or len(received) < HEADER.size + length:
            try:
                received += self._pipes.received(_POLL_S)
            except EOFError as error:
                raise self._ended(Ending.STOPPED if self._stopped else Ending.CRASH) from error
            if length is None and len(received) >= HEADER.size:
                _, length = HEADER.unpack_from(received)
                if length > self.limits.answer_bytes:
                    raise self._ended_by(Ending.ANSWER_SIZE)
            if (now_s := time.monotonic()) >= checked_s + _POLL_S:
                checked_s = now_s
                self._check(now_s - start_s, self._cpu_s() - start_cpu_s, is_wanted)
        if self._pipes.is_sending or len(received) != HEADER.size + length:
            raise ValueError("an answer before its call, or more than one")
        return bytes(received[:1]), memoryview(received)[HEADER.size :]

    def _check(self, wall_s: float, cpu_s: float, is_wanted: Callable[[], bool]) -> None:
        if wall_s > self.limits.wall_s:
            raise self._ended_by(Ending.WALL_TIME)
        if cpu_s > self.limits.cpu_s:
            raise self._ended_by(Ending.PROCESSOR_TIME)
        if not SYSTEM_CONFINES and self._held_bytes() > self.limits.memory_bytes:
            raise self._ended_by(Ending.MEMORY)
        if not is_wanted():
            raise self._ended_by(Ending.STOPPED)

    def _held_bytes(self) -> int:
        try:
            return held_bytes(self._process)
        except psutil.NoSuchProcess:
            return 0

    def _cpu_s(self) -> float:
        try:
            times = self._process.cpu_times()
        except psutil.NoSuchProcess:
            return 0.0
        return float(times.user + times.system)

    def _kill(self) -> None:
        self._child.kill_all()
        self._child.wait()

    def _ended_by(self, limit: Ending) -> ResidentEndedError:
        self._kill()
        return self._ended(limit)

    def _ended(self, reason: Ending) -> ResidentEndedError:
        with contextlib.suppress(subprocess.TimeoutExpired):  # it may have closed its end and live on
            self._child.wait(_GOODBYE_S)
        self._kill()
        lines = last_lines(self._log)
        if reason is Ending.CRASH and any("MemoryError" in line or "bad_alloc" in line for line in lines):
            reason = Ending.MEMORY
        told = reason.text(self.limits, self._child.returncode)
        if reason is not Ending.STOPPED:
            _LOGGER.warning("A confined process was lost: %s; the end of its log:\n%s", told, "\n".join(lines))
        return ResidentEndedError(f"The process that computed this was ended: {told}.", reason)


def _understood(kind: bytes, answer: memoryview) -> Any:
    """A message's contents, if they are of its kind."""
    found = read_answer(answer)
    fits = {ANSWER: True, REFUSAL: isinstance(found, HalfBitsError), FAULT: isinstance(found, str)}
    if not fits.get(kind, False):
        raise ValueError(f"a message of kind {kind!a} that is a {type(found).__name__}")
    return found
