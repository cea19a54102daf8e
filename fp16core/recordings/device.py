"""Devices of recordings: each processor and GPU that was asked for float16 arithmetic, and what came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from fp16core.modes.facts import BatchTime, ModeFacts
from fp16core.modes.latency import Difference, PairedRatio
from fp16core.modes.network import Network
from fp16core.recordings.recording import BrowserFacts, NotedTime, RecordedSums, Recording, ShaderSums
from fp16core.webgpu.software import is_software


class DeviceKind(Enum):
    """Kind of a device, in words."""

    PROCESSOR = "processor"
    GPU = "GPU"
    SOFTWARE = "software driver, no GPU"
    BROWSER = "GPU, in a browser"


@dataclass(frozen=True)
class Speed:
    """Time in float32 arithmetic over that in float16 arithmetic: 2 is twice as fast.

    Attributes
    ----------
    low, high
        Over the numbers of images at once.
    is_faster, is_slower
        True if float16 was measurably faster, or slower, for some number of images at once.
    has_interval
        False if it was noted as medians alone, which decide nothing.
    """

    low: float
    high: float
    is_faster: bool
    is_slower: bool
    has_interval: bool = True


@dataclass(frozen=True)
class Device:
    """A processor or GPU in one recording.

    Attributes
    ----------
    recording
        The recording.
    name, kind
        Name by the system, a driver or a browser, and the kind.
    facts
        Its mode with float16 arithmetic; `None` if only a wide network or a browser was measured.
    sums
        Emulations of that mode's logits.
    shader_sums
        Emulations of the logits of this project's shaders on it.
    own, wide
        Speed with the recording's pair, and with a wide network (`Recording.is_wide`); `None` if not timed, or if a
        software driver was, which says nothing of speed.
    """

    recording: Recording
    name: str
    kind: DeviceKind
    facts: ModeFacts | None = None
    sums: tuple[RecordedSums, ...] = ()
    shader_sums: tuple[ShaderSums, ...] = ()
    own: Speed | None = None
    wide: Speed | None = None

    @property
    def browser(self) -> BrowserFacts | None:
        """Facts from a browser, if one measured."""
        return self.recording.browser

    @property
    def computes_float16(self) -> bool:
        """True if it computed in float16."""
        if self.browser is not None:
            return self.browser.is_real is True
        return self.facts is not None and self.facts.computes_float16

    @property
    def is_predicted(self) -> bool:
        """True if emulations give all its float16 logits bit for bit, for some number of images at once or shader."""
        return any(found.exact_share == 1 for found in self.sums) or any(
            found.exact_share == 1 for found in self.shader_sums
        )


def devices(recordings: Iterable[Recording]) -> tuple[Device, ...]:
    """Devices of recordings, in their order.

    A recording of a wide network is joined to the devices of the same name and origin.
    """
    given = tuple(recordings)
    wide = {
        (recording.origin, name, kind): (recording, facts)
        for recording in given
        if recording.is_wide
        for name, kind, facts in _halves(recording)
    }
    found, joined = list[Device](), set[tuple[object, ...]]()
    for recording in given:
        if recording.network is not Network.PAIR:
            continue
        if recording.browser is not None:
            found.append(_in_browser(recording, recording.browser))
        for name, kind, facts in _halves(recording):
            key = (recording.origin, name, kind)
            joined.add(key)
            times = wide[key][1].times if key in wide else ()
            found.append(
                Device(
                    recording,
                    name,
                    kind,
                    facts,
                    tuple(sums for sums in recording.sums if sums.mode is facts.mode),
                    recording.shader_sums if kind is DeviceKind.GPU else (),
                    _speed(kind, facts.times),
                    _speed(kind, times) or _noted(kind, facts, recording.noted),
                )
            )
    found += [
        Device(recording, name, kind, wide=_speed(kind, facts.times))
        for (origin, name, kind), (recording, facts) in wide.items()
        if (origin, name, kind) not in joined
    ]
    return tuple(found)


def _halves(recording: Recording) -> list[tuple[str, DeviceKind, ModeFacts]]:
    """Name, kind and facts of each device that was asked for float16 arithmetic in a mode, the GPU first."""
    halves = [facts for facts in recording.modes if facts.mode.asks_for_float16]
    return [
        (facts.adapter if facts.mode.on_gpu else recording.processor, _kind(facts), facts)
        for facts in sorted(halves, key=lambda facts: not facts.mode.on_gpu)
    ]


def _kind(facts: ModeFacts) -> DeviceKind:
    if not facts.mode.on_gpu:
        return DeviceKind.PROCESSOR
    return DeviceKind.SOFTWARE if facts.by_software else DeviceKind.GPU


def _in_browser(recording: Recording, facts: BrowserFacts) -> Device:
    by_software = is_software(facts.adapter)
    return Device(
        recording,
        facts.adapter,
        DeviceKind.SOFTWARE if by_software else DeviceKind.BROWSER,
        shader_sums=recording.shader_sums,
        own=None if facts.ratio is None or by_software else _of_ratio(facts.ratio),
    )


def _of_ratio(ratio: PairedRatio) -> Speed:
    """Speed by an interval without a control."""
    return Speed(1 / ratio.value, 1 / ratio.value, ratio.high < 1, ratio.low > 1)


def _speed(kind: DeviceKind, times: Sequence[BatchTime]) -> Speed | None:
    timed = [(time.arithmetic.value, time.arithmetic_difference) for time in times if time.arithmetic is not None]
    if not timed or kind is DeviceKind.SOFTWARE:
        return None
    verdicts = {difference for _, difference in timed}
    speeds = [1 / ratio for ratio, _ in timed]
    return Speed(min(speeds), max(speeds), Difference.FASTER in verdicts, Difference.SLOWER in verdicts)


def _noted(kind: DeviceKind, facts: ModeFacts, noted: Iterable[NotedTime]) -> Speed | None:
    speeds = [1 / time.ratio for time in noted if time.mode is facts.mode and time.network == Network.WIDE.title]
    if not speeds or kind is DeviceKind.SOFTWARE:
        return None
    return Speed(min(speeds), max(speeds), is_faster=False, is_slower=False, has_interval=False)
