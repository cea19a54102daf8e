"""The command line: ``python -m fp16core …``, or ``halfbits …`` where it is installed."""

import argparse
import importlib
import io
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import fp16core
from fp16core.preflight.checks import USER_ERROR, check_python, import_trouble

check_python()  # before imports for which an old Python has only a traceback

from fp16core.commands.bench import BENCH_PARTS, NEEDS_DRIVER
from fp16core.commands.shared.arguments import (
    ByName,
    named_range,
    named_shape,
    named_tolerance,
    number,
    positive,
    whole_number,
)
from fp16core.commands.shared.outcome import Outcome
from fp16core.commands.study_options import take_study
from fp16core.json_text import nonfinite_as_null
from fp16core.redirection import open_missing_streams, terminal_for_results
from fp16core.system.pipes import is_hung_up
from fp16core.text import visible
from fp16core.training.recipe import GOOD, LIMITS, NETWORKS, OPTIMIZERS, TUTORIAL, TUTORIALS, USUAL
from fp16core.vocabulary import DependencyError, HalfBitsError

INTERRUPTED = 130
TERMINATED = 143
"""Exit statuses after Ctrl-C and after SIGTERM, by the shell's convention."""


_SETTINGS = {
    "epochs": "passes over the images",
    "seed": "determines initial weights and shuffling",
    "batch_size": "images per step",
    "learning_rate": "step size",
    "filters": "kernels of the first convolution",
    "kernel_size": "their height and width in pixels",
}
"""Help texts of ``train`` for the numbers in a recipe."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit status."""
    open_missing_streams()
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        # A terminal without "×" or "−" gets a question mark, not a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # unwinds, so that unfinished folders are removed
    try:
        with terminal_for_results() as terminal:
            options.terminal = terminal
            outcome = _run(options)
    except HalfBitsError as error:
        print(f"error: {visible(str(error))}", file=sys.stderr)
        return USER_ERROR
    except KeyboardInterrupt:
        print("stopped.", file=sys.stderr)
        return INTERRUPTED
    try:
        if options.json:
            print(json.dumps(nonfinite_as_null(outcome.document), indent=2, allow_nan=False))
        else:
            outcome.show()
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # without this, Python would complain once more at exit
        if not is_hung_up(error):  # a reader that has read enough is no error
            reason = f"standard output cannot be written ({error.strerror})"
            print(f"error: {reason}; free some space, or send it elsewhere.", file=sys.stderr)
            return USER_ERROR
    return int(outcome.status)


def _run(options: argparse.Namespace) -> Outcome:
    """Import the module of the chosen command, and no other, and run it."""
    try:
        module = importlib.import_module(f"fp16core.commands.{options.command}")
        outcome: Outcome = getattr(module, options.command)(options)
    except ImportError as error:
        trouble = import_trouble(error)
        if not trouble:
            raise
        raise DependencyError(trouble) from error
    return outcome


class _Parser(argparse.ArgumentParser):
    """A parser whose errors may quote any argument, a file's name among them."""

    def error(self, message: str) -> NoReturn:
        super().error(visible(message))


def _parser() -> argparse.ArgumentParser:
    prog = "halfbits" if Path(sys.argv[0]).stem == "halfbits" else "python -m fp16core"
    parser = _Parser(prog=prog, description="Float16 quantization of the LiteRT tutorial's model, measured.")
    parser.add_argument("--version", action="version", version=f"Half the Bits {fp16core.__version__}")
    command = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(name: str, summary: str) -> argparse.ArgumentParser:
        sub = command.add_parser(name, help=summary, description=summary)
        sub.set_defaults(command=name)
        sub.add_argument("--json", action="store_true", help="print one JSON document on standard output")
        return sub

    sub = add("compare", "Run both models on the test images and show what float16 changes.")
    _take_pair(sub)

    sub = add("predict", "Read the digits on image files of any size with both models.")
    sub.add_argument("files", nargs="+", type=Path, metavar="FILE", help="picture of a digit, or of several in a row")

    _add_train(add("train", "Train a model and convert it to float32 and, with both converters, float16 .tflite."))

    take_study(add("study", "Train many models that differ in seed and recipe, and show what float16 changes in them."))

    sub = add("convert", "Convert a .keras file, or a float32 .tflite, to float16.")
    sub.add_argument(
        "model", type=Path, metavar="MODEL", help=".keras (converted by TensorFlow) or .tflite (by LiteRT Quantizer)"
    )
    sub.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to create")

    sub = add("diagnose", "Find the operators at which float16 breaks a float32 .tflite, and what cures it.")
    sub.add_argument("model", type=Path, metavar="MODEL", help="float32 .tflite")
    sub.add_argument("--inputs", type=Path, metavar="F", help=".npz with an array for each input, first axis samples")
    by_name: Any = {"action": ByName, "default": {}}
    sub.add_argument("--range", type=named_range, metavar="NAME=LO:HI", help="values of an input", **by_name)
    sub.add_argument("--shape", type=named_shape, metavar="NAME=N,N,…", help="shape of an input", **by_name)
    sub.add_argument(
        "--tolerance", type=named_tolerance, metavar="OUTPUT=ABS", help="accepted error of an output", **by_name
    )
    sub.add_argument(
        "--classes", action="append", default=[], metavar="OUTPUT", help="output whose largest number is the answer"
    )
    sub.add_argument("--target", type=Path, metavar="F", help="float16 .tflite that is there already")
    sub.add_argument("--cure", action="store_true", help="also try cures, and measure each")
    sub.add_argument("--gpu", action="store_true", help="also compute on the GPU")
    sub.add_argument("--timing", action="store_true", help="also measure loading, memory and latency")
    sub.add_argument("--out", type=Path, metavar="DIR", help="folder to create: float16 and cured files, recipe, JSON")

    sub = add("runtimes", "Run both models on the CPU and on a GPU, in float32 and float16 arithmetic.")
    _take_pair(sub)
    sub.add_argument(
        "--batch", type=whole_number(1, 1000), default=100, metavar="N", help="images per run (default: 100)"
    )
    sub.add_argument("--no-latency", action="store_true", help="skip the timing, which takes a minute")
    sub.add_argument(
        "--network",
        choices=("pair", "wide"),
        default="pair",
        help="the pair, or six 3 × 3 convolutions with 128 filters, which give a GPU something to do (default: pair)",
    )
    sub.add_argument("--record", type=Path, metavar="FILE", help="JSON file to write: a recording for the dashboard")

    sub = add("report", "Write everything about a pair of models, or a diagnosis, into one HTML file.")
    _take_pair(sub)
    sub.add_argument(
        "--runtimes", action="store_true", help="also measure all modes of execution and their times; takes minutes"
    )
    sub.add_argument(
        "--diagnosis", type=Path, metavar="F", help="JSON document of diagnose: report on it, and on no pair"
    )
    sub.add_argument("--out", type=Path, required=True, metavar="FILE", help="HTML file to write")

    sub = add("bench", "Measure speed and memory against what a user would do instead.")
    parts = ", ".join(BENCH_PARTS)
    usual = f"all but {', '.join(NEEDS_DRIVER)}, which needs a GPU or a driver in software"
    sub.add_argument(
        "parts",
        nargs="*",
        type=_bench_part,
        metavar="PART",
        help=f"which of {parts} (default: {usual})",
    )
    sub.add_argument("--repeats", type=positive, default=5, metavar="N", help="repetitions of each (default: 5)")
    sub.add_argument(
        "--write",
        action="store_true",
        help="write the results into docs/measurements.md and README.md of this checkout",
    )
    return parser


def _add_train(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--network",
        choices=NETWORKS,
        default=TUTORIALS,
        help="the tutorial's, or a good one: two padded convolutions that learn from distorted images "
        f"(default: {TUTORIALS})",
    )
    for setting, summary in _SETTINGS.items():
        kind = number if setting == "learning_rate" else whole_number
        sub.add_argument(
            f"--{setting.replace('_', '-')}",
            type=kind(*LIMITS[setting]),
            metavar="N",
            help=f"{summary} (default: {_defaults(setting)})",
        )
    sub.add_argument(
        "--optimizer",
        choices=OPTIMIZERS,
        help=f"rule that turns gradients into a step (default: {_defaults('optimizer')})",
    )
    sub.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to create")


def _defaults(setting: str) -> str:
    usual, good = (getattr(recipe, setting) for recipe in (TUTORIAL, USUAL[GOOD]))
    return f"{usual}" if usual == good else f"{usual}; {good} for the good network"


def _take_pair(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--reference", type=Path, metavar="F", help="float32 .tflite (default: the active pair's)")
    sub.add_argument("--target", type=Path, metavar="F", help="float16 .tflite (default: the active pair's)")
    sub.add_argument("--limit", type=positive, metavar="N", help="only the first N test images")


def _bench_part(text: str) -> str:
    if text not in BENCH_PARTS:
        raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(BENCH_PARTS)}")
    return text


if __name__ == "__main__":
    sys.exit(main())
