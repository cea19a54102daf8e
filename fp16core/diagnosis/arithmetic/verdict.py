"""Verdict 3 from the errors that were measured: the user's tolerance decides, not a number of ours."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.observation import OperatorEvidence
from fp16core.diagnosis.results import ArithmeticVerdict, OperatorError, OutputError
from fp16core.diagnosis.samples import Samples
from fp16core.diagnosis.words import capitalized, name_text, operator_text
from fp16core.numerics.error_measure import DB_PER_BIT
from fp16core.text import count_text, decibels_text, small_text

CPU = "CPU, XNNPACK forced to float16"
STORED = "CPU, float32 arithmetic with the weights of the float16 file"


def unknown_verdict(device: str, reason: str) -> ArithmeticVerdict:
    """No verdict, for a reason."""
    return ArithmeticVerdict(Finding.UNKNOWN, reason, device, (), ())


def arithmetic_verdict(
    device: str, outputs: Sequence[OutputError], operators: Sequence[OperatorError], samples: Samples
) -> ArithmeticVerdict:
    """Judge the errors of outputs; ``operators`` tell where they come from, if they were measured."""
    broken = next(filter(None, (_broken(found, samples) for found in outputs)), "")
    if broken:
        where = _where(operators) if any(found.not_finite for found in outputs) else _noisiest(operators)
        sentence, finding = f"{broken}{where}.", Finding.BREAKS
    else:
        worst = min(outputs, key=lambda found: (found.snr_db, -found.max_abs_error))
        is_good = samples.are_real and all(_is_accepted(found) for found in outputs)
        finding = Finding.SAFE if is_good else Finding.NOTHING_FOUND
        sentence = f"{_error_text(worst, len(outputs))}."
    remarks = "" if samples.are_real else " The inputs are made up: others may err more."
    return ArithmeticVerdict(
        finding, capitalized(sentence) + _stayed(operators) + remarks, device, tuple(outputs), tuple(operators)
    )


def operator_errors(operators: Iterable[OperatorEvidence]) -> tuple[OperatorError, ...]:
    """Errors of operators, of those that were measured."""
    return tuple(
        OperatorError(
            operator=item.operator.index,
            kind=item.operator.name,
            tensor=item.tensor.name,
            snr_db=item.errors.snr_db,
            max_abs_error=item.errors.max_abs_error,
            not_finite=item.errors.not_finite,
            is_float16=item.errors.is_float16,
        )
        for item in operators
        if item.errors is not None
    )


def _broken(found: OutputError, samples: Samples) -> str:
    """Reason why an output is not acceptable; empty if there is none."""
    name = name_text(found.name)
    if found.not_finite:
        return f"{count_text(found.not_finite, 'number')} of output {name} {_are(found.not_finite)} not finite"
    if found.tolerance is not None:
        if found.max_abs_error <= found.tolerance:
            return ""
        return (
            f"output {name} is off by {small_text(found.max_abs_error)}, more than the accepted "
            f"{small_text(found.tolerance)}"
        )
    if found.same_argmax is not None and found.same_argmax < found.samples and samples.are_real:
        changed = count_text(found.samples - found.same_argmax, "answer")
        return f"output {name} changes {changed} of {found.samples:,}"
    if found.snr_db < DB_PER_BIT:
        return (
            f"output {name} is lost: not one significant bit of its numbers is right (signal-to-noise ratio "
            f"{decibels_text(found.snr_db)}, largest number {small_text(found.largest)})"
        )
    return ""


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _is_accepted(found: OutputError) -> bool:
    if found.tolerance is not None:
        return found.max_abs_error <= found.tolerance
    return found.same_argmax == found.samples


def _error_text(worst: OutputError, outputs: int) -> str:
    which = f"output {name_text(worst.name)}" if outputs == 1 else f"the worst output, {name_text(worst.name)},"
    if worst.max_abs_error == 0:
        return "float16 changes no output"
    ratio = f"{which} has a signal-to-noise ratio of {decibels_text(worst.snr_db)} and is off by "
    size = f"{small_text(worst.max_abs_error)} at most, with numbers up to {small_text(worst.largest)}"
    if worst.tolerance is not None:
        return f"{ratio}{size}; {small_text(worst.tolerance)} are accepted"
    if worst.same_argmax is not None:
        return f"{ratio}{size}; {worst.same_argmax:,} of {worst.samples:,} answers stay"
    return f"{ratio}{size}"


def _where(operators: Sequence[OperatorError]) -> str:
    first = next((found for found in operators if found.not_finite), None)
    return "" if first is None else f", from {operator_text(first.operator, first.kind)} on"


def _noisiest(operators: Sequence[OperatorError]) -> str:
    """The operator at which the ratio falls most, against the operator before it."""
    falls = [
        (before.snr_db - after.snr_db, after) for before, after in pairwise(operators) if before.snr_db > after.snr_db
    ]
    if not falls:
        return ""
    _, worst = max(falls, key=lambda fall: fall[0])
    return f"; most is lost at {operator_text(worst.operator, worst.kind)}"


def _stayed(operators: Sequence[OperatorError]) -> str:
    kinds = Counter(found.kind for found in operators if not found.is_float16)
    if not kinds:
        return ""
    listed = ", ".join(kind if count == 1 else f"{count} × {kind}" for kind, count in kinds.most_common(4))
    more = ", …" if len(kinds) > 4 else ""
    return f" {kinds.total():,} of {count_text(len(operators), 'operator')} stayed in float32 ({listed}{more})."
