"""A recording: one measurement on one machine, with what it ran on, its day and its models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from fp16core.modes.facts import ModeFacts
from fp16core.modes.latency import PairedRatio
from fp16core.modes.network import WIDE_SHA256, Network
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.gpu_log import Adapter
from fp16core.tflite.model_file import ModelPair


class Kind(Enum):
    """Program that measured; the value is its name in documents."""

    MODES = "modes"
    BROWSER = "browser"

    @property
    def title(self) -> str:
        """Words for a table."""
        return {
            Kind.MODES: "LiteRT's modes of execution",
            Kind.BROWSER: "in a browser, by this project's shaders",
        }[self]


class Origin(Enum):
    """Place that a recording comes from, in words."""

    SHIPPED = "ships with Half the Bits"
    OWN = "from this server's folder"
    PASTED = "pasted"


@dataclass(frozen=True)
class RecordedSums:
    """Emulation of a mode's float16 logits.

    Attributes
    ----------
    mode
        The mode of execution.
    images_at_once
        Images for each call; `None` if their number makes no difference.
    images
        Images whose logits were emulated.
    way
        The way to add up that agrees most, from `fp16core.modes.emulated.WAYS` of the version that recorded.
    exact_share
        Share of the logits that it gives bit for bit.
    """

    mode: ExecutionMode
    images_at_once: int | None
    images: int
    way: str
    exact_share: float


@dataclass(frozen=True)
class ShaderSums:
    """Emulation of the float16 logits of this project's shaders.

    Attributes
    ----------
    adding
        Formation of sums as the shader says it, from `fp16core.webgpu.wgsl.Adding`.
    images, way, exact_share
        As in `RecordedSums`.
    """

    adding: str
    images: int
    way: str
    exact_share: float


@dataclass(frozen=True)
class NotedTime:
    """Times of another network, noted as medians alone: without an interval, they decide nothing.

    Attributes
    ----------
    network
        The network, in words.
    mode
        The mode with float16 arithmetic.
    images_at_once
        Images for each call.
    float16_us, float32_us
        Time of a call in float16 and in float32 arithmetic, in microseconds.
    """

    network: str
    mode: ExecutionMode
    images_at_once: int
    float16_us: float
    float32_us: float

    @property
    def ratio(self) -> float:
        """Time in float16 arithmetic over that in float32 arithmetic."""
        return self.float16_us / self.float32_us


@dataclass(frozen=True)
class BrowserFacts:
    """The most important facts on a visitor's GPU, measured in a browser.

    Attributes
    ----------
    adapter
        The browser's words for it.
    images
        Images computed.
    changed
        Answers that differ from the server's in float32, by the type that the shaders computed in: ``f32``, ``f16``.
    is_real
        True if its float16 arithmetic rounds to float16; `None` if it has none.
    timed_images
        Images of a timed pass.
    median_ms
        Median time of such a pass, by type; empty if none was timed.
    ratio
        Time in float16 over that in float32; `None` unless enough was timed.
    """

    adapter: str
    images: int
    changed: Mapping[str, int]
    is_real: bool | None
    timed_images: int
    median_ms: Mapping[str, float]
    ratio: PairedRatio | None


@dataclass(frozen=True)
class Recording:
    """One measurement. All texts may be a stranger's: pages show them by `inert`, terminals by `visible`.

    Attributes
    ----------
    name
        Name of the file, or words for a pasted text; never a path.
    origin
        Place that it comes from.
    kind
        Program that measured.
    network
        Network that was measured.
    day
        Day of the measurement, UTC.
    pair
        Name that the models had there.
    reference_sha256, target_sha256
        Digests of the float32 and the float16 file.
    processor
        Name of the processor, with the features for half precision that it has; empty if not told, as by a browser.
    adapters
        GPUs that computed in a mode.
    versions
        Versions of what it ran with, by name.
    modes
        Results by mode; empty for a browser's.
    refused
        Reasons of the modes that could not be run, by mode.
    sums
        Emulations of float16 logits of the modes.
    shader_sums
        Emulations of float16 logits of this project's shaders on the GPU.
    noted
        Times of other networks on the same machine.
    browser
        Facts on a visitor's GPU; `None` unless a browser measured.
    """

    name: str
    origin: Origin
    kind: Kind
    network: Network
    day: date
    pair: str
    reference_sha256: str
    target_sha256: str
    processor: str = ""
    adapters: tuple[Adapter, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    modes: tuple[ModeFacts, ...] = ()
    refused: Mapping[ExecutionMode, str] = field(default_factory=dict)
    sums: tuple[RecordedSums, ...] = ()
    shader_sums: tuple[ShaderSums, ...] = ()
    noted: tuple[NotedTime, ...] = ()
    browser: BrowserFacts | None = None

    def is_of(self, pair: ModelPair) -> bool:
        """Return whether both files are the pair's, bit for bit; otherwise the recording decides nothing about it."""
        return (self.reference_sha256, self.target_sha256) == (pair.reference.sha256, pair.target.sha256)

    @property
    def is_wide(self) -> bool:
        """True if this version's wide network was measured, whose times tell of the hardware, and of no pair."""
        return self.network is Network.WIDE and (self.reference_sha256, self.target_sha256) == WIDE_SHA256

    @property
    def hardware(self) -> tuple[str, ...]:
        """Names of the GPUs and of the processor."""
        named = [adapter.name for adapter in self.adapters] if self.browser is None else [self.browser.adapter]
        return tuple(dict.fromkeys((*named, *([self.processor] if self.processor else []))))

    @property
    def by_software(self) -> bool:
        """True if the only GPU is a software driver, which computes on the processor and says nothing of speed."""
        return bool(self.adapters) and all(adapter.is_software for adapter in self.adapters)

    @property
    def day_text(self) -> str:
        """The day in words: ``"26 November 2026"``."""
        return f"{self.day.day} {self.day:%B %Y}"

    @property
    def timed(self) -> tuple[ModeFacts, ...]:
        """Modes that were timed."""
        return tuple(facts for facts in self.modes if facts.times)

    def facts(self, mode: ExecutionMode) -> ModeFacts | None:
        """Facts on a mode, if it was run or timed."""
        return next((facts for facts in self.modes if facts.mode is mode), None)

    @property
    def predicted(self) -> tuple[RecordedSums, ...]:
        """Emulations that give all logits of a mode, bit for bit."""
        return tuple(found for found in self.sums if found.exact_share == 1)
