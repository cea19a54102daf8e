"""A model under treatment: its files as they are now, how good they are, and everything that was tried."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from fp16core.convert.quantizer import quantize_with_recipe
from fp16core.diagnosis.cure.magnitudes import Magnitudes, magnitudes
from fp16core.diagnosis.cure.measure import Budget, Quality, Sameness, sameness
from fp16core.diagnosis.cure.recipe import recipe, weight_groups
from fp16core.diagnosis.cure.rounded import TITLE, rounded_everywhere
from fp16core.diagnosis.evaluation import Evaluator
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.options import DiagnosisOptions, Progress
from fp16core.diagnosis.outcome import CureStep
from fp16core.diagnosis.samples import Samples
from fp16core.diagnosis.words import name_text
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModeError, ModelFileError

WORTH_DB = 1.0
"""Least gain for which a cure is kept."""

NOT_RUN = Quality(float("-inf"), 0, Finding.UNKNOWN)
"""Quality of a file that is not run."""


CURES = 4
"""Cures that are tried one after the other: weights in float32, then three of float16 arithmetic."""


@dataclass(frozen=True)
class Arithmetic:
    """Quality of a model in float16 arithmetic.

    Attributes
    ----------
    worst
        Quality on the worst device.
    devices
        Quality by device.
    magnitudes
        Magnitudes of its float32 numbers.
    """

    worst: Quality
    devices: Mapping[str, Quality]
    magnitudes: Magnitudes

    def is_better_than(self, other: "Arithmetic") -> bool:
        """True if it is worth something on one device, and no worse on any."""
        pairs = [(found, other.devices[device]) for device, found in self.devices.items()]
        return any(new.is_better_than(old, WORTH_DB) for new, old in pairs) and not any(
            old.is_better_than(new, WORTH_DB) for new, old in pairs
        )

    @property
    def snr_db(self) -> dict[str, float]:
        """Ratio by device."""
        return {device: found.snr_db for device, found in self.devices.items()}


@dataclass
class Patient:
    """A model under treatment.

    Attributes
    ----------
    original
        The float32 file, with operator codes filled in.
    samples, options
        Inputs it is measured with, and the user's declarations.
    devices
        Modes of execution that compute in float16, by the device's title; those that cannot run the untreated model are
        left out once it was measured.
    budget, progress
        Bound on the work, and whom to tell.
    evaluator
        Measures any file against the original.
    model
        The float32 file as it is treated now.
    kept
        Tensors whose weights stay float32 in the float16 file.
    is_castable
        False if LiteRT Quantizer refuses the model.
    steps
        Everything that was tried.
    """

    original: ModelFile
    samples: Samples
    options: DiagnosisOptions
    devices: dict[str, ExecutionMode]
    budget: Budget
    progress: Progress
    evaluator: Evaluator = field(init=False, repr=False)
    model: ModelFile = field(init=False)
    kept: tuple[int, ...] = ()
    is_castable: bool = True
    steps: list[CureStep] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model = self.original
        self.evaluator = Evaluator(self.original, self.samples, self.options)

    def trying(self, cure: int, what: str, done: float) -> None:
        """Tell which of the cures is tried, counted from 1, what of it, and the share of the work that is done."""
        self.progress(f"Trying cure {cure} of {CURES}, {what}", done)

    def stored(self, model: ModelFile) -> Quality:
        """Quality of a file in float32 arithmetic."""
        self.budget.spend()
        return Quality.of(self.evaluator.in_float32(model), self.samples)

    def stored_against_treated(self, model: ModelFile) -> Quality:
        """Quality of a file in float32 arithmetic, against the float32 file as it is treated now."""
        if self.model is self.original:
            return self.stored(model)
        self.budget.spend()
        return Quality.of(Evaluator(self.model, self.samples, self.options).in_float32(model), self.samples)

    def sameness(self, model: ModelFile) -> Sameness:
        """Agreement of a treated float32 file with the original."""
        self.budget.spend()
        return sameness(self.evaluator, model, self.samples)

    def refusal(self) -> str:
        """Reason why LiteRT Quantizer refuses the model, which is not cast then; empty if there is none."""
        try:
            self.cast(self.original, ())
        except ModelFileError as error:
            self.is_castable = False
            return str(error)
        return ""

    def cast(self, model: ModelFile, kept: Iterable[int]) -> ModelFile:
        """The float16 file of a float32 file; the file itself if there is nothing to cast, or the quantizer refuses it.

        Raises
        ------
        ModelFileError
            If the quantizer rejects the model, or casts what its recipe excepts.
        """
        if not self.is_castable or not model.graph.weights():
            return model
        kept = set(kept)
        target = quantize_with_recipe(model, recipe(model.graph, kept))
        halves = {tensor.name for tensor in target.graph.tensors if tensor.is_constant and tensor.dtype == "float16"}
        for index in (index for group in weight_groups(model.graph) for index in group.tensors if index in kept):
            name = model.graph.tensors[index].name
            if name in halves:
                raise ModelFileError(
                    f"{model.name}: LiteRT Quantizer cast {name_text(name)}, which its recipe excepts; give each "
                    "tensor a name of its own."
                )
        return target

    def arithmetic(self, model: ModelFile) -> Arithmetic:
        """Quality of a file in float16 arithmetic, on each device and with all results rounded.

        Raises
        ------
        ModelFileError, ModeError
            If LiteRT does not run it.
        """
        self.budget.spend()
        found = magnitudes(model, self.samples)
        devices = {TITLE: self.stored(rounded_everywhere(model, found.shapes))}
        for title, mode in self.devices.items():
            self.budget.spend()
            devices[title] = Quality.of(self.evaluator.in_float16(model, mode), self.samples)
        return Arithmetic(Quality.worst(list(devices.values())), devices, found)

    def untreated_arithmetic(self) -> Arithmetic:
        """Quality of the original in float16 arithmetic, on the devices that can run it."""
        for title, mode in list(self.devices.items()):
            try:
                self.budget.spend()
                self.evaluator.in_float16(self.original, mode)
            except ModeError:
                del self.devices[title]
        return self.arithmetic(self.original)

    def note(self, step: CureStep) -> int:
        """Record something that was tried; its place among the steps."""
        self.steps.append(step)
        return len(self.steps) - 1

    def keep(self, place: int) -> None:
        """Mark a step as part of the cure."""
        self.steps[place] = replace(self.steps[place], is_kept=True)
