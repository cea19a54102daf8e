"""What each command of the command line does; parsing and errors are in ``__main__``."""

from fp16core.commands.bench import BENCH_PARTS, bench
from fp16core.commands.compare import compare
from fp16core.commands.convert import convert
from fp16core.commands.predict import predict
from fp16core.commands.report import report
from fp16core.commands.runtimes import runtimes
from fp16core.commands.train import train

__all__ = ["BENCH_PARTS", "bench", "compare", "convert", "predict", "report", "runtimes", "train"]
