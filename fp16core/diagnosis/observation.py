"""One pass over all samples: the range of each operator's results in float32, and their errors in float16."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from fp16core.diagnosis.arithmetic.sums import ErrorSums
from fp16core.diagnosis.number_picture import NumberPicture, largest_weights, number_picture
from fp16core.diagnosis.options import Progress
from fp16core.diagnosis.ranges.inside import READS_OPERAND, Inside, Read, inside
from fp16core.diagnosis.ranges.limits import INFINITE_FROM, Floats
from fp16core.diagnosis.ranges.tally import RangeTally
from fp16core.diagnosis.running.check import is_split
from fp16core.diagnosis.running.compiled import CompiledRun
from fp16core.diagnosis.running.fixing import FixedModel
from fp16core.diagnosis.running.interpreter import AnyInterpreter
from fp16core.diagnosis.samples import Samples
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.system.memory import return_free_memory
from fp16core.text import dimensions_text
from fp16core.tflite.graph import Operator, Tensor, TfliteFile
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModeError

_PART_BYTES, _PART_TENSORS = 4_000_000, 500
"""Most bytes and tensors that one run answers with; as many bytes as the file has, if these are more."""


@dataclass(eq=False)
class OperatorEvidence:
    """Everything seen of one float32 result of an operator.

    Attributes
    ----------
    operator, tensor
        The operator, and the tensor it computes.
    has_weights
        True if it reads stored floating-point numbers.
    tally, errors
        Range in float32; errors in float16, `None` if they could not be measured.
    description, inside_sizes
        Numbers inside of the operator, and their largest magnitude in each sample; empty if there are none.
    picture
        Its values in the first sample; `None` if its weights are what a picture shows of it.
    """

    operator: Operator
    tensor: Tensor
    has_weights: bool
    tally: RangeTally = field(default_factory=RangeTally)
    errors: ErrorSums | None = None
    description: str = ""
    inside_sizes: list[float] = field(default_factory=list)
    picture: NumberPicture | None = None

    def inside_beyond(self) -> list[int]:
        """Samples in which a number inside overflows, those with the largest first."""
        found = [place for place, size in enumerate(self.inside_sizes) if size >= INFINITE_FROM]
        return sorted(found, key=lambda place: -self.inside_sizes[place])


@dataclass(eq=False)
class Observation:
    """Everything seen of a model's operators.

    Attributes
    ----------
    operators
        Evidence on each float32 result, in the order of the graph.
    obstacle
        Reason why operators have no errors in float16; empty if they have.
    """

    operators: tuple[OperatorEvidence, ...]
    obstacle: str = ""


def float_results(file: TfliteFile) -> tuple[tuple[Operator, Tensor], ...]:
    """Operators that compute float32 numbers, each with its result; the upsampling of weights is left out."""
    upsampling = {op.index for op in file.upsampling()}
    return tuple(
        (op, file.tensors[index])
        for op in file.operators
        if op.index not in upsampling
        for index in op.outputs
        if index >= 0 and file.tensors[index].dtype == "float32"
    )


def blank_evidence(file: TfliteFile) -> list[OperatorEvidence]:
    """Evidence on each float32 result before anything was seen."""
    return [OperatorEvidence(op, tensor, largest_weights(file, op) is not None) for op, tensor in float_results(file)]


def observe(
    model: ModelFile, fixed: FixedModel, samples: Samples, progress: Progress, share: tuple[float, float]
) -> Observation:
    """Run a model on all samples in float32, and on the CPU in float16 with all operators' results as outputs.

    Parameters
    ----------
    model, fixed
        The model, and the same with fixed shapes.
    samples
        Its inputs.
    progress, share
        Called before each sample, with the part of the whole work that this is.

    Raises
    ------
    ModelFileError
        If the interpreter fails.
    """
    evidence = blank_evidence(model.graph)
    obstacle = fixed.obstacle or ("its operators lie in several graphs" if is_split(model) else "")
    begin, end = share
    parts = [evidence] if obstacle else _parts(evidence, fixed, max(model.size_bytes, _PART_BYTES))
    for number, part in enumerate(parts):
        span = begin + (end - begin) * number / len(parts), begin + (end - begin) * (number + 1) / len(parts)
        if obstacle:
            _observe_float32(part, float32_interpreter(model, fixed, samples), fixed, samples, (progress, *span))
        else:
            obstacle = _observe_part(part, fixed, samples, (progress, *span))
        return_free_memory()
    if obstacle:
        for item in evidence:
            item.errors = None
    return Observation(tuple(item for item in evidence if item.tally.magnitudes), obstacle)


_Span = tuple[Progress, float, float]
"""Progress, and the part of the whole work that a step is."""


def _observe_part(part: Sequence[OperatorEvidence], fixed: FixedModel, samples: Samples, span: _Span) -> str:
    """Observe results in float32 and in float16; return the reason why the latter failed, if it did."""
    # A tensor without numbers cannot be an output of a compiled model.
    shown = [item for item in part if 0 not in fixed.shapes[item.tensor.index]]
    operands = [item.operator.inputs[0] for item in shown if item.operator.name in READS_OPERAND]
    results = [item.tensor.index for item in shown]
    # Outputs are kept, which takes less memory than to preserve all tensors.
    file = fixed.cut([*results, *(index for index in dict.fromkeys(operands) if index not in results)])
    interpreter, compiled, obstacle = AnyInterpreter(file), None, ""
    try:
        compiled = CompiledRun(file, ExecutionMode.CPU_FLOAT16)
    except ModeError as error:
        obstacle = str(error)
    for place in _counted(samples, span):
        interpreter.run(samples[place])
        _tally(shown, interpreter, fixed)
        if compiled is not None:
            try:
                _compare(shown, interpreter, compiled.run(samples[place])[: len(shown)])
            except ModeError as error:
                obstacle, compiled = str(error), None
    return obstacle


def _observe_float32(
    part: Sequence[OperatorEvidence], interpreter: AnyInterpreter, fixed: FixedModel, samples: Samples, span: _Span
) -> None:
    for place in _counted(samples, span):
        interpreter.run(samples[place])
        _tally(part, interpreter, fixed)


def _counted(samples: Samples, span: _Span) -> Iterator[int]:
    """Places of the samples, each after its progress was reported."""
    progress, begin, end = span
    for place in range(len(samples)):
        progress("Running the operators", begin + (end - begin) * place / len(samples))
        yield place


def float32_interpreter(model: ModelFile, fixed: FixedModel, samples: Samples) -> AnyInterpreter:
    """Interpreter that shows all of a model's tensors; of the fixed one, which is faster, where that is possible."""
    if fixed.obstacle:
        return AnyInterpreter(model, samples.shapes, preserve_all_tensors=True)
    return AnyInterpreter(fixed.cut(), preserve_all_tensors=True)


def inside_of(item: OperatorEvidence, result: Floats, fixed: FixedModel, read: Read) -> Inside | None:
    """Numbers inside of an operator, given its result and a reader of its operands."""
    op = item.operator
    numbers = math.prod(fixed.shapes[op.inputs[0]]) if op.inputs and op.inputs[0] >= 0 else 0
    return inside(op, result, numbers, read)


def _tally(part: Sequence[OperatorEvidence], interpreter: AnyInterpreter, fixed: FixedModel) -> None:
    def read(index: int) -> Floats:
        return np.asarray(interpreter.value(index), np.float32)

    for item in part:
        values = interpreter.value_if_kept(item.tensor.index)
        if values is None:
            continue
        result = np.asarray(values, np.float32)
        if item.picture is None and not item.tally.magnitudes and not item.has_weights:
            item.picture = number_picture(result)
        item.tally.add(result)
        numbers = inside_of(item, result, fixed, read)
        if numbers is not None:
            item.description = numbers.description
            item.inside_sizes.append(numbers.largest)


def _compare(shown: Sequence[OperatorEvidence], interpreter: AnyInterpreter, results: Sequence[object]) -> None:
    for item, found in zip(shown, results, strict=True):
        expected, result = interpreter.value(item.tensor.index), np.asarray(found)
        if expected.shape != result.shape:
            raise ModeError(
                f"operator {item.operator.index} ({item.operator.name}) has results of "
                f"{dimensions_text(expected.shape)}, but compiled {dimensions_text(result.shape)}"
            )
        item.errors = item.errors or ErrorSums()
        item.errors.add(expected, result)


def _parts(evidence: Sequence[OperatorEvidence], fixed: FixedModel, most_bytes: int) -> list[list[OperatorEvidence]]:
    """The results in portions that one run can answer with."""
    parts: list[list[OperatorEvidence]] = [[]]
    size_bytes = 0
    for item in evidence:
        more = 4 * math.prod(fixed.shapes[item.tensor.index])
        if parts[-1] and (size_bytes + more > most_bytes or len(parts[-1]) >= _PART_TENSORS):
            parts.append([])
            size_bytes = 0
        parts[-1].append(item)
        size_bytes += more
    return parts
