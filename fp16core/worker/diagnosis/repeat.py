"""The command line that repeats a diagnosis."""

import shlex

from fp16core.diagnosis.options import DiagnosisOptions


def command_line(name: str, options: DiagnosisOptions, inputs_name: str | None) -> str:
    """Command that diagnoses a file of this name as a page did, for a POSIX shell.

    Parameters
    ----------
    name
        Name of the model's file.
    options
        Options of the diagnosis.
    inputs_name
        Name of the archive of inputs, if there is one.
    """
    words = ["python", "-m", "fp16core", "diagnose", name]
    words += [] if inputs_name is None else ["--inputs", inputs_name]
    for input_name, (low, high) in options.ranges.items():
        words += ["--range", f"{input_name}={_number(low)}:{_number(high)}"]
    for input_name, shape in options.shapes.items():
        words += ["--shape", f"{input_name}={','.join(map(str, shape))}"]
    for output in options.classes:
        words += ["--classes", output]
    for output, tolerance in options.tolerances.items():
        words += ["--tolerance", f"{output}={_number(tolerance)}"]
    words += [] if options.target is None else ["--target", options.target.name]
    words += ["--cure"] if options.wants_cure else []
    return shlex.join([*words, "--out", "diagnosed"])


def _number(value: float) -> str:
    """A number with all its digits, so that the same is read."""
    return repr(float(value)).removesuffix(".0")
