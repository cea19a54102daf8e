"""Outcome of a whole diagnosis from its verdicts: the worst decides, and the range leads."""

import math
from collections.abc import Sequence

from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.ranges.words import UNSEEN
from fp16core.diagnosis.results import ArithmeticVerdict, FileVerdict, RangeVerdict
from fp16core.diagnosis.samples import Samples
from fp16core.text import count_text, decibels_text


def conclusion(
    samples: Samples,
    control: str,
    file: FileVerdict,
    ranges: RangeVerdict,
    measured: Sequence[ArithmeticVerdict],
    unseen: bool = False,
) -> tuple[Finding, str]:
    """Finding and sentence on a model as a whole.

    Parameters
    ----------
    samples
        Inputs that it was diagnosed with.
    control
        Reason why no verdict on arithmetic follows; empty if there is none.
    file, ranges
        Verdicts on the file and on the range.
    measured
        Verdicts on arithmetic, and on the float16 file in float32 arithmetic if there is one.
    unseen
        True if operators inside of loops and branches were not looked at.
    """
    verdicts = [(ranges.finding, ranges.sentence), *((found.finding, found.sentence) for found in measured)]
    everything = [verdicts[0], (file.finding, file.sentence), *verdicts[1:]]
    broken = [sentence for finding, sentence in everything if finding is Finding.BREAKS]
    if broken:
        return Finding.BREAKS, f"Not safe in float16. {broken[0]}"
    if control:
        return Finding.UNKNOWN, f"Only measured in part. {control}"
    unknown = [sentence for finding, sentence in verdicts if finding is Finding.UNKNOWN]
    if unknown:
        return Finding.UNKNOWN, f"Not decided. {unknown[0]}"
    nothing = "No overflow found" if ranges.first_overflow is None else "No overflow reaches an output"
    worst = min((output.snr_db for verdict in measured for output in verdict.outputs), default=math.inf)
    ratio = f" The worst output has a signal-to-noise ratio of {decibels_text(worst)}." if math.isfinite(worst) else ""
    ratio += f" {UNSEEN}" if unseen else ""
    if not samples.are_real:
        return (
            Finding.NOTHING_FOUND,
            f"{nothing}, with made-up inputs: they can show a break, not its absence. Give inputs of your own.{ratio}",
        )
    count = count_text(len(samples), "given sample")
    if all(found.finding is Finding.SAFE for found in measured):
        words = f"Safe in float16 on the {count}: every output is within what you accept."
        return Finding.SAFE, f"{words} {UNSEEN}" if unseen else words
    return (
        Finding.NOTHING_FOUND,
        f"{nothing} on the {count}. Whether the errors matter is decided by a tolerance, which was not given "
        f"for every output.{ratio}",
    )
