"""What each command of the command line does; parsing and errors are in ``__main__``."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fp16core import evaluate
from fp16core.data import load_mnist
from fp16core.evaluate.evaluation import NO_ANSWER
from fp16core.models.pair import load_pair, pair_folder, read_model_file, read_pair
from fp16core.models.recipe import Progress, Recipe
from fp16core.output import new_folder, new_table, print_table
from fp16core.text import bytes_text, percent_text, points_text, small_text
from fp16core.vocabulary import ImageError, ModelFileError, ModelPair, PairError

BENCH_PARTS = ("batch", "evaluation", "lab", "process", "training", "uploads")


@dataclass(frozen=True)
class Outcome:
    """What a command found: a JSON document, a way to show it to a person, an exit status."""

    document: Any
    show: Callable[[], None]
    status: int = 0


def compare(options: Namespace) -> Outcome:
    """Both models on the test images."""
    pair = _chosen_pair(options)
    images, labels = load_mnist("test")
    images, labels = images[: options.limit], labels[: options.limit]
    found = evaluate.compare(pair, images, labels)
    reference, target = found.reference.accuracy, found.target.accuracy
    document = {
        "pair": pair.name,
        "images": found.images,
        "reference_size_bytes": found.reference.size_bytes,
        "target_size_bytes": found.target.size_bytes,
        "size_ratio": found.size_ratio,
        "reference_accuracy": reference.value,
        "reference_accuracy_interval": [reference.low, reference.high],
        "target_accuracy": target.value,
        "target_accuracy_interval": [target.low, target.high],
        "accuracy_delta": found.accuracy_delta,
        "changed_predictions": found.changed_predictions,
        "max_abs_logit_delta": found.max_abs_logit_delta,
        "mcnemar_p": found.mcnemar_p,
    }

    def show() -> None:
        table = new_table(f"{pair.name}, {found.images:,} images", "", "float32", "float16", "float16 − float32")
        sizes = found.reference.size_bytes, found.target.size_bytes
        table.add_row("file size", *map(bytes_text, sizes), bytes_text(found.size_delta_bytes, signed=True))
        table.add_row("size, float32 / float16", "", "", f"{found.size_ratio:.2f}×")
        accuracies = reference.value, target.value
        table.add_row("accuracy", *map(percent_text, accuracies), points_text(found.accuracy_delta))
        intervals = (f"{percent_text(a.low)} to {percent_text(a.high)}" for a in (reference, target))
        table.add_row("95 % interval", *intervals, f"McNemar p = {found.mcnemar_p:.3g}")
        table.add_row("changed predictions", "", "", f"{found.changed_predictions:,}")
        table.add_row("largest logit change", "", "", small_text(found.max_abs_logit_delta))
        print_table(table)

    return Outcome(document, show)


def predict(options: Namespace) -> Outcome:
    """Both models on image files."""
    from fp16core.images import prepare_file  # brings SciPy and scikit-image, which no other command needs

    pair = load_pair()
    models = evaluate.classifiers(pair)
    document: list[dict[str, Any]] = []
    for path in options.files:
        try:
            prepared = prepare_file(_contents(path), str(path))
        except ImageError as error:
            document.append({"file": str(path), "error": str(error)})
            continue
        answers = evaluate.read_digits(models, prepared.images)
        digits = [
            {
                "reference": _answer(answers.reference, place),
                "target": _answer(answers.target, place),
                "agree": not answers.changed[place],
                "max_abs_logit_delta": float(answers.abs_logit_delta[place]),
            }
            for place in range(answers.images)
        ]
        found = {"digits": digits, "agree": not answers.changed.any()}
        if len(digits) == 1:
            found |= digits[0]  # the usual case, where nobody wants to look into a list
        document.append({"file": str(path), **found, "stages": list(prepared.decisions)})

    def show() -> None:
        table = new_table("", "file", "float32 says", "float16 says", "agree")
        for row in (row for row in document if "error" not in row):
            said = [" ".join(_said(digit[role]) for digit in row["digits"]) for role in ("reference", "target")]
            table.add_row(row["file"], *said, "yes" if row["agree"] else "no")
        if table.row_count:
            print_table(table)
        for row in (row for row in document if "error" in row):
            print(f"error: {row['error']}")

    return Outcome(document, show, status=int(any("error" in row for row in document)))


def train(options: Namespace) -> Outcome:
    """A training run."""
    from fp16core.worker.run import train_run

    recipe = Recipe(epochs=options.epochs, seed=options.seed)
    with _progress_bar(options) as on_progress:
        record = train_run(options.out, recipe, on_progress)

    def show() -> None:
        table = new_table(f"{options.out}", "", "float32", "float16")
        files = record["files"]
        sizes = (files[name]["size_bytes"] for name in ("mnist_model.tflite", "mnist_model_quant_f16.tflite"))
        table.add_row("file size", *map(bytes_text, sizes))
        table.add_row("accuracy", *(percent_text(record[f"{role}_accuracy"]) for role in ("reference", "target")))
        table.add_row("changed predictions", "", f"{record['changed_predictions']:,}")
        print_table(table)

    return Outcome({"out": str(options.out), **record}, show)


def convert(options: Namespace) -> Outcome:
    """A model file to float16."""
    path: Path = options.model
    with new_folder(options.out) as folder, _progress_bar(options) as on_progress:
        on_progress(f"converting {path.name}", 0.1)
        if path.suffix == ".keras":
            from fp16core.convert.from_keras import convert_keras, load_keras

            by = "TensorFlow's converter"
            reference, target = convert_keras(load_keras(path))
        elif path.suffix == ".tflite":
            from fp16core.convert import quantize_tflite

            by = "LiteRT Quantizer"
            reference = read_model_file(path)
            target = quantize_tflite(reference, str(path))
        else:
            raise ModelFileError(f"{path}: the ending '{path.suffix}' is not known; choose a .keras or .tflite file.")
        names = f"{path.stem}.tflite", f"{path.stem}_quant_f16.tflite"
        (folder / names[0]).write_bytes(reference)
        (folder / names[1]).write_bytes(target)
        on_progress("done", 1.0)
    document = {
        "converted_by": by,
        "reference": str(options.out / names[0]),
        "reference_size_bytes": len(reference),
        "target": str(options.out / names[1]),
        "target_size_bytes": len(target),
        "size_ratio": len(reference) / len(target),
    }

    def show() -> None:
        table = new_table(f"by {by}", "file", "bytes")
        table.add_row(document["reference"], f"{len(reference):,}")
        table.add_row(document["target"], f"{len(target):,}")
        print_table(table)

    return Outcome(document, show)


def bench(options: Namespace) -> Outcome:
    """Measurements against what a user would do instead."""
    from fp16core.bench.run import run_bench
    from fp16core.bench.tables import show_results

    with _progress_bar(options) as on_progress:
        results = run_bench(options.parts or BENCH_PARTS, options.repeats, on_progress)

    return Outcome([result.document() for result in results], lambda: show_results(results, options.repeats))


def _chosen_pair(options: Namespace) -> ModelPair:
    if options.reference is None and options.target is None:
        return load_pair()
    if options.reference is None or options.target is None:
        missing = "--reference" if options.reference is None else "--target"
        raise PairError(f"{missing} is missing; give both files, or neither for the pair in {pair_folder()}.")
    return read_pair(options.reference, options.target)


def _contents(path: Path) -> bytes:
    from fp16core.images.picture_file import check_size

    try:
        check_size(path.stat().st_size, str(path))
        return path.read_bytes()
    except OSError as error:
        raise ImageError(f"{path}: the file cannot be read ({error.strerror}); check its name and rights.") from error


def _answer(answers: evaluate.Answers, place: int) -> dict[str, Any]:
    prediction = int(answers.predictions[place])
    answered = prediction != NO_ANSWER
    return {
        "digit": prediction if answered else None,
        "probability": float(answers.probabilities[place].max()) if answered else None,
        "logits": [float(v) for v in answers.logits[place]],
    }


def _said(answer: dict[str, Any]) -> str:
    if answer["digit"] is None:
        return "nothing"
    # Kept on one line however narrow the table.
    return f"{answer['digit']} ({percent_text(answer['probability'])})".replace(" ", "\u00a0")


@contextmanager
def _progress_bar(options: Namespace) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    # File names are not markup, whatever brackets they have.
    columns = TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    with Bar(*columns, console=Console(file=options.terminal), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda what, done: bar.update(task, description=what, completed=done)
