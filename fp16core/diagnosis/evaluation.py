"""Errors of any file's outputs against the float32 model's, over all samples."""

import functools
from collections.abc import Iterator, Sequence

import numpy as np

from fp16core.diagnosis.arithmetic.sums import ErrorSums
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.results import OutputError
from fp16core.diagnosis.running.compiled import CompiledRun
from fp16core.diagnosis.running.fixing import FixedModel, fixed_model
from fp16core.diagnosis.running.interpreter import AnyInterpreter, Array
from fp16core.diagnosis.running.names import output_names, output_places
from fp16core.diagnosis.samples import Samples
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.text import dimensions_text
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModeError, PairError

_KEPT_BYTES = 64_000_000
"""Most bytes of the reference's outputs that are kept; larger ones are computed anew each time."""


class Evaluator:
    """Measures the outputs of any candidate against those of the reference in float32.

    Parameters
    ----------
    reference
        The float32 model.
    samples
        Inputs that all files are given.
    options
        Declared classes and tolerances.

    Raises
    ------
    ModelFileError
        If LiteRT rejects the reference, or an option names an output that it does not have.
    """

    def __init__(self, reference: ModelFile, samples: Samples, options: DiagnosisOptions) -> None:
        self._reference, self._samples = reference, samples
        self.names = output_names(reference)
        self.classes = set(output_places(reference, options.classes, "--classes").values())
        places = output_places(reference, options.tolerances, "--tolerance")
        self.tolerances = {place: options.tolerances[name] for name, place in places.items()}
        self._kept: list[tuple[Array, ...]] = []

    @functools.cached_property
    def fixed(self) -> FixedModel:
        """The reference with fixed shapes."""
        return fixed_model(self._reference, self._samples[0])

    def references(self) -> Iterator[tuple[Array, ...]]:
        """Outputs of the reference in float32, sample by sample."""
        if len(self._kept) == len(self._samples):
            yield from self._kept
            return
        interpreter = AnyInterpreter(self._reference, self._samples.shapes)
        kept, size_bytes = [], 0
        for place in range(len(self._samples)):
            outputs = interpreter.outputs(self._samples[place])
            size_bytes += sum(values.nbytes for values in outputs)
            if size_bytes <= _KEPT_BYTES:
                kept.append(outputs)
            yield outputs
        self._kept = kept if size_bytes <= _KEPT_BYTES else []

    def reference(self, place: int) -> tuple[Array, ...]:
        """Outputs of the reference in float32 for one sample."""
        if len(self._kept) < len(self._samples):
            found = tuple(outputs for number, outputs in enumerate(self.references()) if number == place)
            return found[0]
        return self._kept[place]

    def in_float32(self, candidate: ModelFile) -> tuple[OutputError, ...]:
        """Errors of a file that computes in float32: those that its stored weights cause.

        Raises
        ------
        ModelFileError
            If LiteRT rejects the file.
        PairError
            If its outputs have other shapes than the reference's.
        """
        interpreter = AnyInterpreter(candidate, self._samples.shapes)
        return self._errors(candidate, (interpreter.outputs(inputs) for inputs in self._each()))

    def in_float16(
        self, candidate: ModelFile, mode: ExecutionMode = ExecutionMode.CPU_FLOAT16
    ) -> tuple[OutputError, ...]:
        """Errors of a file that LiteRT compiles for a mode of execution, by default float16 on the CPU.

        Raises
        ------
        ModelFileError, PairError
            As `in_float32`.
        ModeError
            If LiteRT cannot run the file in this mode.
        """
        return self._errors(candidate, self.compiled(candidate, mode))

    def compiled(self, candidate: ModelFile, mode: ExecutionMode) -> Iterator[tuple[Array, ...]]:
        """Outputs of a file by LiteRT's compiled model, sample by sample."""
        fixed = self.fixed if candidate is self._reference else fixed_model(candidate, self._samples[0])
        if fixed.obstacle:
            raise ModeError(fixed.obstacle)
        run = CompiledRun(fixed.cut(), mode)
        for inputs in self._each():
            yield run.run(inputs)

    def _each(self) -> Iterator[tuple[Array, ...]]:
        return (self._samples[place] for place in range(len(self._samples)))

    def _errors(self, candidate: ModelFile, outputs: Iterator[tuple[Array, ...]]) -> tuple[OutputError, ...]:
        sums = [ErrorSums() for _ in self.names]
        same = [0] * len(self.names)
        for expected, found in zip(self.references(), outputs, strict=True):
            if [values.shape for values in expected] != [values.shape for values in found]:
                raise PairError(
                    f"{candidate.name} answers arrays of {_shapes(found)}; {self._reference.name} of "
                    f"{_shapes(expected)}. Choose a file that was made of it."
                )
            for place, (reference, target) in enumerate(zip(expected, found, strict=True)):
                sums[place].add(reference, target)
                same[place] += place in self.classes and _same_answers(reference, target)
        return tuple(
            OutputError(
                name=name,
                snr_db=sums[place].snr_db,
                max_abs_error=sums[place].max_abs_error,
                not_finite=sums[place].not_finite,
                largest=sums[place].largest,
                samples=len(self._samples),
                same_argmax=same[place] if place in self.classes else None,
                tolerance=self.tolerances.get(place),
            )
            for place, name in enumerate(self.names)
        )


def _shapes(arrays: Sequence[Array]) -> str:
    return ", ".join(dimensions_text(values.shape) for values in arrays)


def _same_answers(reference: Array, target: Array) -> bool:
    """True if the largest place along the last axis is the same everywhere; NaN is no answer."""
    if reference.ndim == 0 or np.isnan(target.astype(np.float64)).any():
        return False
    return bool(np.array_equal(np.argmax(reference, axis=-1), np.argmax(target, axis=-1)))
