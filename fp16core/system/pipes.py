"""Pipes to and from a child process, of which neither may block its owner.

Linux and macOS ask which pipe is ready. Windows can ask that of sockets only: there one thread reads all that comes,
and another one writes.
"""

import contextlib
import errno
import os
import queue
import selectors
import sys
import threading
from collections.abc import Iterator

if sys.platform != "win32":
    import fcntl

_CHUNK_BYTES = 1 << 20
_CHUNKS_AHEAD = 8
"""Chunks that a thread reads before anybody takes them."""

_ENDING_S = 1.0
"""Longest time between the last byte and the end of the thread that wrote it."""


def taken_output() -> int:
    """Take standard output for messages: return a descriptor of it, and send what libraries print to standard error.

    Native code prints to descriptor 1, whatever Python thinks of `sys.stdout`.
    """
    taken = os.dup(1)
    os.dup2(2, 1)
    return taken


@contextlib.contextmanager
def unless_hung_up() -> Iterator[None]:
    """Leave a block in silence when a pipe has nobody at its other end any more.

    Windows reports that as an invalid argument.
    """
    try:
        yield
    except OSError as error:
        if not is_hung_up(error):
            raise


def is_hung_up(error: OSError) -> bool:
    """Return whether an error of a pipe says that nobody is at its other end."""
    return isinstance(error, BrokenPipeError) or (sys.platform == "win32" and error.errno == errno.EINVAL)


if sys.platform == "win32":

    class PipePair:
        """Two pipes: what is sent through one, and what arrives through the other.

        Parameters
        ----------
        given, answers
            Descriptors for writing and reading; the caller closes them when the child has ended.
        """

        def __init__(self, given: int, answers: int) -> None:
            self._given, self._answers = given, answers
            self._sending: threading.Thread | None = None
            self._arrived: queue.Queue[bytes] = queue.Queue(_CHUNKS_AHEAD)
            self._has_hung_up = threading.Event()
            threading.Thread(target=self._read_all, daemon=True).start()

        @property
        def is_sending(self) -> bool:
            """True until the child has taken all that it was sent."""
            if self._sending is None:
                return False
            self._sending.join(_ENDING_S)  # the child may have read all of it before the thread knows
            return self._sending.is_alive()

        def has_more(self) -> bool:
            """Return whether something has arrived that nobody took."""
            return not self._arrived.empty() and not self._has_hung_up.is_set()

        def send(self, message: bytes) -> None:
            """Begin to send a message, once the one before is sent."""
            self._sending = threading.Thread(target=self._write, args=(message,), daemon=True)
            self._sending.start()

        def received(self, timeout_s: float) -> bytes:
            """Bytes that have arrived, after waiting for some; none if none came, or EOFError if the child hung up."""
            with contextlib.suppress(queue.Empty):
                if part := self._arrived.get(timeout=timeout_s):
                    return part
                self._arrived.put(b"")
                raise EOFError
            return b""

        def close(self) -> None:
            """Forget the pipes, before they are closed."""

        def _write(self, message: bytes) -> None:
            unsent = memoryview(message)
            with unless_hung_up():  # the reading side learns of it, too
                while unsent:
                    unsent = unsent[os.write(self._given, unsent[:_CHUNK_BYTES]) :]

        def _read_all(self) -> None:
            with contextlib.suppress(OSError):  # closed here, or hung up there
                while part := os.read(self._answers, _CHUNK_BYTES):
                    self._arrived.put(part)
            self._has_hung_up.set()
            self._arrived.put(b"")

else:

    class PipePair:
        """Two pipes: what is sent through one, and what arrives through the other.

        Parameters
        ----------
        given, answers
            Descriptors for writing and reading; the caller closes them when the child has ended.
        """

        def __init__(self, given: int, answers: int) -> None:
            self._given, self._answers = given, answers
            self._unsent = memoryview(b"")
            self._selector = selectors.DefaultSelector()
            self._selector.register(answers, selectors.EVENT_READ)
            for descriptor in (given, answers):
                os.set_blocking(descriptor, False)
                if sys.platform == "linux":
                    with contextlib.suppress(OSError):  # a user's pipes have a limit of their own
                        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _CHUNK_BYTES)

        @property
        def is_sending(self) -> bool:
            """True until the child has taken all that it was sent."""
            return bool(self._unsent)

        def has_more(self) -> bool:
            """Return whether something has arrived that nobody took."""
            try:
                return bool(os.read(self._answers, 1))
            except BlockingIOError:
                return False

        def send(self, message: bytes) -> None:
            """Begin to send a message, once the one before is sent."""
            self._unsent = memoryview(message)
            self._selector.register(self._given, selectors.EVENT_WRITE)

        def received(self, timeout_s: float) -> bytes:
            """Bytes that have arrived, after waiting for some; none if none came, or EOFError if the child hung up."""
            part = b""
            for key, _ in self._selector.select(timeout_s):
                if key.fd == self._answers:
                    if not (part := os.read(self._answers, _CHUNK_BYTES)):
                        raise EOFError
                    continue
                try:
                    self._unsent = self._unsent[os.write(self._given, self._unsent[:_CHUNK_BYTES]) :]
                except BrokenPipeError as error:
                    raise EOFError from error
                if not self._unsent:
                    self._selector.unregister(self._given)
            return part

        def close(self) -> None:
            """Forget the pipes, before they are closed."""
            self._selector.close()
