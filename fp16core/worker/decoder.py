"""Decoder of strangers' pictures: the server's side of a confined process."""

import time
from collections.abc import Callable
from dataclasses import replace

import psutil

from fp16core.images.picture import Picture, RawPicture
from fp16core.images.picture_file import LargePictureError, check_size
from fp16core.resident.endings import CallLimits, Ending, ResidentEndedError
from fp16core.resident.keeper import ResidentKeeper
from fp16core.resident.resident import Resident
from fp16core.resident.wire import READY
from fp16core.serving.child_memory import ChildMemory
from fp16core.text import size_text
from fp16core.vocabulary import BusyError, HalfBitsError, ImageError, WorkerError
from fp16core.worker.decoder_child import MODULE

LIMITS = CallLimits(cpu_s=5, wall_s=30, memory_bytes=320_000_000, answer_bytes=2_000_000)
"""Limits for decoding a picture.

Photographs of 12 megapixels take 0.05 s (JPEG) to 0.25 s (HEIC) of processor time, the largest pictures that
are read 0.8 s and 300 MB.
"""

USUAL_BYTES = 180_000_000
"""Memory that a picture gets at first: enough for a photograph of 12 megapixels, in HEIC too.

Only larger ones wait for all of it, which other children of the server may hold.
"""

PATIENCE_S = 10.0
"""Longest wait for the pictures before, and then for memory, in seconds each."""


class PictureDecoder:
    """Decodes pictures in one confined process that stays, one after another.

    The process is started for the first picture, and again after a picture that ended it.
    Threads may share a decoder.

    Parameters
    ----------
    limits
        Limits on one picture.
    patience_s
        Longest wait for the pictures before, in seconds.
    module
        Module of the child process, which serves ``decode``.
    memory
        Memory budget of the server's child processes; by default a budget of its own.
    """

    def __init__(
        self,
        limits: CallLimits = LIMITS,
        patience_s: float = PATIENCE_S,
        module: str = MODULE,
        memory: ChildMemory | None = None,
    ) -> None:
        memory = memory or ChildMemory(limits.memory_bytes)
        self.limits = replace(limits, memory_bytes=min(limits.memory_bytes, memory.total_bytes))
        self._patience_s = patience_s
        self._keeper = ResidentKeeper(module, self.limits, memory)

    def open(self, data: bytes, name: str, spent: Callable[[float], None] = lambda _cpu_s: None) -> Picture:
        """Decode an image file and scale it down.

        Parameters
        ----------
        data
            Contents of the file.
        name
            Name used in errors.
        spent
            Called with the processor time that it took, in seconds, whatever the outcome; for a process that
            has ended, with the time that passed, or the limit if that is less.

        Raises
        ------
        ImageError
            As `fp16core.images.picture_file.open_picture`, and if decoding exceeds a limit or crashes.
        BusyError
            If other pictures are decoded for too long, other processes hold the memory, or no process can be started.
        """
        check_size(len(data), name)
        if not self._keeper.lock.acquire(timeout=self._patience_s):
            raise BusyError(
                "Other visitors' pictures have kept this server busy for more than "
                f"{self._patience_s:.0f} seconds; try again in a moment."
            )
        try:
            return self._decoded(data, name, spent)
        finally:
            self._keeper.rest()
            self._keeper.lock.release()

    @property
    def pid(self) -> int | None:
        """Number of the process that decodes; `None` while there is none."""
        return self._keeper.pid

    def close(self) -> None:
        """End the process, at work or not; the next picture starts another."""
        self._keeper.close()

    def _decoded(self, data: bytes, name: str, spent: Callable[[float], None]) -> Picture:
        memory_bytes = min(USUAL_BYTES, self.limits.memory_bytes)
        while True:
            child, was_fresh = self._ready(memory_bytes)
            try:
                return self._called(child, data, name, memory_bytes, spent)
            except LargePictureError:
                if memory_bytes == self.limits.memory_bytes:  # our own code does not ask then
                    raise
                memory_bytes = self.limits.memory_bytes
            except ResidentEndedError as error:
                # The pictures before it may be to blame, or the estimate of what it takes.
                wants_more = error.reason is Ending.MEMORY and memory_bytes < self.limits.memory_bytes
                if not wants_more and (was_fresh or error.reason not in (Ending.MEMORY, Ending.CRASH)):
                    raise self._lost(name, error.reason) from error
                if wants_more:
                    memory_bytes = self.limits.memory_bytes

    def _called(
        self, child: Resident, data: bytes, name: str, memory_bytes: int, spent: Callable[[float], None]
    ) -> Picture:
        start_s, start_cpu_s = time.monotonic(), _cpu_s(child)
        try:
            found = child.call("decode", data, name, memory_bytes, memory_bytes < self.limits.memory_bytes)
        except ResidentEndedError as error:
            passed_s = time.monotonic() - start_s
            spent(self.limits.cpu_s if error.reason is Ending.PROCESSOR_TIME else min(passed_s, self.limits.cpu_s))
            raise
        except HalfBitsError as error:
            spent(_cpu_s(child) - start_cpu_s)
            if isinstance(error, ImageError):
                raise
            raise ImageError(f"{name}: the image cannot be read; save it again, as PNG.") from error
        spent(_cpu_s(child) - start_cpu_s)
        try:
            if not isinstance(found, RawPicture):
                raise ValueError(f"a {type(found).__name__}")  # noqa: TRY004  # whatever is wrong, it is handled alike
            return found.picture()
        except (ValueError, TypeError) as error:
            child.close()  # our own code answers no such thing
            raise self._lost(name, Ending.CRASH) from error

    def _ready(self, memory_bytes: int) -> tuple[Resident, bool]:
        """Return the process, and whether this call started it."""
        try:
            child, is_new = self._keeper.ready(memory_bytes, self._patience_s)
            if is_new:
                child.call(READY)  # so that no picture has to account for the start
        except WorkerError as error:
            raise BusyError(str(error)) from error
        return child, is_new

    def _lost(self, name: str, reason: Ending) -> ImageError | BusyError:
        limits = self.limits
        match reason:
            case Ending.PROCESSOR_TIME:
                words = f"takes more than {limits.cpu_s:g} seconds of processor time; save it again, smaller or as PNG"
            case Ending.WALL_TIME:
                words = f"took longer than {limits.wall_s:g} seconds on this busy server; try again later"
            case Ending.MEMORY:
                words = f"takes more than {size_text(limits.memory_bytes)} of memory; scale it down first"
            case Ending.STOPPED:
                return BusyError(f"{name}: decoding it was stopped; try again.")
            case _:
                words = "failed, and ended the process that tried; save it again, as PNG"
        return ImageError(f"{name}: decoding the image {words}.")


def _cpu_s(child: Resident) -> float:
    try:
        times = psutil.Process(child.pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
