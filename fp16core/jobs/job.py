"""A job in a process of its own: started, watched, stopped."""

import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO, Any, cast

import psutil

from fp16core.jobs import child
from fp16core.jobs.child_log import exit_text, last_lines
from fp16core.jobs.spec import UNLIMITED, Limits
from fp16core.settings import is_hosted
from fp16core.system.pipes import unless_hung_up
from fp16core.text import size_text
from fp16core.vocabulary import HalfBitsError

_LOGGER = logging.getLogger(__name__)

STOPPED = "Stopped."
"""Error of a job that was stopped."""

_MOST_LINE_BYTES = 60_000_000
"""Longest line of an answer: it may hold two files of 20 MB in base64."""

_POLL_S = 0.1
"""Interval at which limits are checked."""


class Job:
    """A module that `fp16core.jobs.serve.serve` runs in a child process.

    Stopping it stops whatever it has started, and it ends by itself when this process does.

    Parameters
    ----------
    module
        Module to run, as in ``python -m module``.
    request
        JSON object for the module.
    attachments
        Binary data for the module, sent as it is instead of as JSON.
    limits
        Limits on the process.
    on_message
        Called with every message besides progress and outcome, from a thread of the job's own.

    Attributes
    ----------
    what, done
        Current step, and the fraction done, 0 to 1.
    answer
        The module's answer, once there is one.
    error
        Reason why there is none, in a sentence. If the process ended by itself, it quotes the last line of the log,
        or, where strangers would read it, refers to the server's log.
    was_stopped, was_refused
        True if `stop` ended it, or if the work itself raised the error. If neither, the process ended by itself.

    Raises
    ------
    OutputError
        If there is no folder for temporary files.
    OSError
        If no process can be started.
    """

    def __init__(
        self,
        module: str,
        request: dict[str, Any],
        attachments: Sequence[bytes] = (),
        limits: Limits = UNLIMITED,
        on_message: Callable[[dict[str, Any]], None] = lambda _message: None,
    ) -> None:
        self.what, self.done = "starting", 0.0
        self.answer: dict[str, Any] | None = None
        self.error: str | None = None
        self.was_stopped = self.was_refused = False
        self._ended_because: str | None = None
        self._is_hosted = is_hosted()
        self._on_message = on_message
        self._child, self._log = child.start(module)
        head = json.dumps(
            {
                "request": request,
                "attachments": [len(part) for part in attachments],
                "memory_bytes": limits.memory_bytes,
            }
        )
        parts = [head.encode() + b"\n", *attachments]
        self._watcher = threading.Thread(target=self._watch, args=(parts,), daemon=True)
        self._watcher.start()
        if limits != UNLIMITED:
            threading.Thread(target=self._guard, args=(limits,), daemon=True).start()

    @property
    def is_running(self) -> bool:
        """True until there is an outcome."""
        return self._watcher.is_alive()

    def wait(self, timeout: float | None = None) -> None:
        """Wait for the outcome, ``timeout`` seconds at most."""
        self._watcher.join(timeout)

    def stop(self) -> None:
        """End the child, and return when it is gone."""
        self._end(STOPPED)
        self._watcher.join()

    def _end(self, because: str) -> None:
        self._ended_because = self._ended_because or because
        self._child.kill_all()

    def _guard(self, limits: Limits) -> None:
        start = time.monotonic()
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(self._child.pid)
            while self.is_running:
                used_bytes, times = process.memory_info().rss, process.cpu_times()
                if limits.seconds is not None and time.monotonic() - start > limits.seconds:
                    self._end(f"Ended: it took longer than the limit of {limits.seconds:,.0f} seconds.")
                elif limits.cpu_seconds is not None and times.user + times.system > limits.cpu_seconds:
                    self._end(
                        f"Ended: it took more processor time than the limit of {limits.cpu_seconds:,.0f} seconds."
                    )
                elif limits.memory_bytes is not None and used_bytes > limits.memory_bytes:
                    self._end(
                        f"Ended: it used {size_text(used_bytes)} of memory; the limit is "
                        f"{size_text(limits.memory_bytes)}."
                    )
                self._watcher.join(_POLL_S)

    def _watch(self, parts: Sequence[bytes]) -> None:
        given, answers = cast(IO[bytes], self._child.stdin), cast(IO[bytes], self._child.stdout)
        with self._log, answers:
            # A child that is gone before it has read the request says why by its status.
            with unless_hung_up():
                for part in parts:
                    given.write(part)
                given.flush()
            try:
                while (line := answers.readline(_MOST_LINE_BYTES)).endswith(b"\n"):
                    self._take(json.loads(line))
                if len(line) >= _MOST_LINE_BYTES:
                    raise ValueError(f"a line of {_MOST_LINE_BYTES:,} bytes or more")
            except (ValueError, TypeError, KeyError, AttributeError):
                _LOGGER.exception("A process answered with what cannot be read")
                self._end("Ended: it answered with what cannot be read.")
            status = self._child.wait()
            with unless_hung_up():
                given.close()
            if self.answer is None and self._ended_because is not None:
                self.error, self.was_stopped = self._ended_because, self._ended_because == STOPPED
            elif self.answer is None and self.error is None:
                self.error = self._came_to_an_end(exit_text(status), last_lines(self._log))

    def _came_to_an_end(self, ending: str, lines: Sequence[str]) -> str:
        if not self._is_hosted:
            return f"The process {ending}: {lines[-1] if lines else 'it left no message'}"
        _LOGGER.error("A process %s; the end of its log:\n%s", ending, "\n".join(lines))
        return f"The process {ending}; the server's log has the reason."

    def _take(self, message: dict[str, Any]) -> None:
        if not isinstance(message, dict):
            raise TypeError(f"a message that is a {type(message).__name__}")
        if "progress" in message:
            self.what, self.done = message["progress"]
        elif "answer" in message or "error" in message:
            self.answer, self.error = message.get("answer"), message.get("error")
            self.was_refused = self.error is not None and not message.get("was_ended", False)
        else:
            try:
                self._on_message(message)
            except HalfBitsError as error:
                self._end(str(error))
