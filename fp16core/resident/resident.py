"""A confined child process that stays and answers one call after another, seen from the process that owns it."""

import contextlib
import fcntl
import io
import logging
import os
import pickle
import selectors
import signal
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
from fp16core.vocabulary import HalfBitsError, WorkerError

_LOGGER = logging.getLogger(__name__)

_POLL_S = 0.05
"""Interval at which a call checks its limits."""

_GOODBYE_S = 1.0
_CHUNK_BYTES = 1 << 20


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
        for pipe in (self._child.stdin, self._child.stdout):
            descriptor = cast(io.BufferedIOBase, pipe).fileno()
            os.set_blocking(descriptor, False)
            with contextlib.suppress(AttributeError, OSError):  # Linux alone has it, up to a limit of its own
                fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _CHUNK_BYTES)

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
            for pipe in (self._child.stdin, self._child.stdout):
                with contextlib.suppress(OSError):
                    cast(io.BufferedIOBase, pipe).close()
            self._log.close()

    def _exchange(self, message: bytes, is_wanted: Callable[[], bool]) -> tuple[bytes, memoryview]:
        start_s, start_cpu_s = time.monotonic(), self._cpu_s()
        given, answers = (cast(io.BufferedIOBase, pipe).fileno() for pipe in (self._child.stdin, self._child.stdout))
        unsent, received, length = memoryview(message), bytearray(), None
        with selectors.DefaultSelector() as selector:
            selector.register(answers, selectors.EVENT_READ)
            if selector.select(0) and os.read(answers, 1):
                raise ValueError("more than it was asked for")
            selector.register(given, selectors.EVENT_WRITE)
            checked_s = start_s
            while length is None or len(received) < HEADER.size + length:
                for key, _ in selector.select(_POLL_S):
                    try:
                        if key.fd == given:
                            unsent = unsent[os.write(given, unsent[:_CHUNK_BYTES]) :]
                            if not unsent:
                                selector.unregister(given)
                        elif part := os.read(answers, _CHUNK_BYTES):
                            received += part
                        else:
                            raise self._ended(Ending.STOPPED if self._stopped else Ending.CRASH)
                    except BrokenPipeError as error:
                        raise self._ended(Ending.STOPPED if self._stopped else Ending.CRASH) from error
                if length is None and len(received) >= HEADER.size:
                    _, length = HEADER.unpack_from(received)
                    if length > self.limits.answer_bytes:
                        self._kill()
                        raise self._ended(Ending.ANSWER_SIZE)
                if (now_s := time.monotonic()) < checked_s + _POLL_S:
                    continue
                checked_s = now_s
                if now_s - start_s > self.limits.wall_s:
                    self._kill()
                    raise self._ended(Ending.WALL_TIME)
                if self._cpu_s() - start_cpu_s > self.limits.cpu_s:
                    self._kill()
                    raise self._ended(Ending.PROCESSOR_TIME)
                if not is_wanted():
                    self._kill()
                    raise self._ended(Ending.STOPPED)
        if unsent or len(received) != HEADER.size + length:
            raise ValueError("an answer before its call, or more than one")
        return bytes(received[:1]), memoryview(received)[HEADER.size :]

    def _cpu_s(self) -> float:
        try:
            times = self._process.cpu_times()
        except psutil.NoSuchProcess:
            return 0.0
        return float(times.user + times.system)

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._child.poll() is None:
                os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

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
