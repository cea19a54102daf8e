"""Options of ``study``; nothing is imported here that other commands would have to wait for."""

import argparse
from pathlib import Path
from typing import Any

from fp16core.study.running.plan import VARIED, parse_values
from fp16core.training.recipe import TUTORIAL
from fp16core.vocabulary import RecipeError

_SUMMARIES = {
    "seed": "seeds, such as 0-199",
    "epochs": "passes over the images",
    "filters": "kernels of the convolution",
    "kernel_size": "their height and width in pixels",
    "batch_size": "images per step",
    "learning_rate": "step sizes",
    "optimizer": "rules that turn gradients into a step",
}


def take_study(sub: argparse.ArgumentParser) -> None:
    """Add the options of ``study`` to its parser."""
    for setting in VARIED:
        default = getattr(TUTORIAL, setting)
        sub.add_argument(
            "--seeds" if setting == "seed" else f"--{setting.replace('_', '-')}",
            dest=setting,
            type=_values_of(setting),
            default=(default,),
            metavar="LIST",
            help=f"{_SUMMARIES[setting]} (default: {default})",
        )
    place = sub.add_mutually_exclusive_group(required=True)
    place.add_argument(
        "--out", type=Path, metavar="DIR", help="folder of the rows; a study that is there goes on, or grows"
    )
    place.add_argument("--show", type=Path, metavar="DIR", help="print what a study has found, and train nothing")
    sub.add_argument("--scheduler", metavar="ADDRESS", help="Dask's scheduler, such as tcp://10.0.0.1:8786")
    sub.add_argument("--workers", type=_workers, metavar="N", help="processes on this machine (default: 2)")
    sub.add_argument("--dashboard", action="store_true", help="open Dask's dashboard on 127.0.0.1 (requires bokeh)")
    sub.add_argument("--keep-models", action="store_true", help="keep the three .tflite files of each training")
    sub.add_argument(
        "--margin",
        type=_margin,
        default=0.1,
        metavar="POINTS",
        help="with --show: largest difference of accuracies that counts as none, in percentage points (default: 0.1)",
    )


def _values_of(setting: str) -> Any:
    def parse(text: str) -> tuple[Any, ...]:
        try:
            return parse_values(setting, text)
        except RecipeError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return parse


def _workers(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1,000")
    return int(text)


def _margin(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0, and 100 at most")
    return value
