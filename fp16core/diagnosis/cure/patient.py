"""A model under treatment: its files as they are now, how good they are, and everything that was tried."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from fp16core.convert.quantizer import quantize_with_recipe
from fp16core.diagnosis.cure.magnitudes import Magnitudes, magnitudes
from fp16core.diagnosis.cure.measure import Budget, Device, Outputs, Quality, interpreted, quality
from fp16core.diagnosis.cure.recipe import recipe, weight_groups
from fp16core.diagnosis.cure.rounded import TITLE, rounded_everywhere
from fp16core.diagnosis.options import Progress
from fp16core.diagnosis.outcome import CureStep
from fp16core.diagnosis.samples import Samples
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import HalfBitsError, ModelFileError

WORTH_DB = 1.0
"""Least gain for which a cure is kept."""

NOT_RUN = Quality(float("-inf"), 0)
"""Quality of a file that LiteRT does not run."""


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
    samples
        Inputs it is measured with.
    devices
        Devices that compute in float16, by title.
    tolerances
        Largest error that is accepted, by the name of an output.
    budget, progress
        Bound on the work, and whom to tell.
    model
        The float32 file as it is treated now.
    kept
        Tensors whose weights stay float32 in the float16 file.
    steps
        Everything that was tried.
    """

    original: ModelFile
    samples: Samples
    devices: Mapping[str, Device]
    tolerances: Mapping[str, float]
    budget: Budget
    progress: Progress
    model: ModelFile = field(init=False)
    expected: Outputs = field(init=False, repr=False)
    kept: tuple[int, ...] = ()
    steps: list[CureStep] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model = self.original
        self.expected = interpreted(self.original, self.samples)

    def run(self, model: ModelFile) -> Outputs:
        """Outputs of a file in float32 arithmetic."""
        self.budget.spend()
        return interpreted(model, self.samples)

    def stored(self, model: ModelFile) -> Quality:
        """Quality of a file in float32 arithmetic."""
        return quality(self.expected, self.run(model))

    def cast(self, model: ModelFile, kept: Iterable[int]) -> ModelFile:
        """The float16 file of a float32 file; the file itself if it stores nothing that LiteRT Quantizer casts.

        Raises
        ------
        ModelFileError
            If the quantizer rejects the model, or does not leave in float32 what it should.
        """
        groups = weight_groups(model.graph)
        if not model.graph.weights() or not any(op.name in _CASTING for op in model.graph.operators):
            return model
        kept = set(kept)
        target = quantize_with_recipe(model, recipe(model.graph, kept))
        halves = {t.name for t in target.graph.tensors if t.is_constant and t.dtype == "float16"}
        for group in groups:
            for index in group.tensors:
                if index in kept and model.graph.tensors[index].name in halves:
                    raise ModelFileError(
                        f"{model.name}: LiteRT Quantizer cast '{model.graph.tensors[index].name}', which its recipe "
                        "excepts; name the model's tensors differently."
                    )
        return target

    def arithmetic(self, model: ModelFile) -> Arithmetic:
        """Quality of a file in float16 arithmetic, on each device and with all results rounded."""
        found = magnitudes(model, self.samples)
        devices = {TITLE: self.stored(rounded_everywhere(model, found.shapes))}
        for title, device in self.devices.items():
            self.budget.spend()
            devices[title] = quality(self.expected, device(model))
        return Arithmetic(Quality.worst(list(devices.values())), devices, found)

    def arithmetic_or_none(self, model: ModelFile) -> Arithmetic | None:
        """The same; `None` if LiteRT does not run the file."""
        try:
            return self.arithmetic(model)
        except HalfBitsError:
            return None

    def is_within(self, outputs: Outputs) -> bool | None:
        """True if all outputs with a tolerance are within it; `None` if none has one."""
        names = [tensor.name for tensor in self.original.graph.outputs]
        checked = [
            bool(
                np.nanmax(np.abs(got.astype(np.float64) - true.astype(np.float64)), initial=0.0)
                <= self.tolerances[name]
            )
            for name, true, got in zip(names, self.expected, outputs, strict=True)
            if name in self.tolerances
        ]
        return all(checked) if checked else None

    def note(self, step: CureStep) -> int:
        """Record something that was tried; its place among the steps."""
        self.steps.append(step)
        return len(self.steps) - 1

    def keep(self, place: int) -> None:
        """Mark a step as part of the cure."""
        self.steps[place] = replace(self.steps[place], is_kept=True)


_CASTING = frozenset(("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV", "EMBEDDING_LOOKUP"))
