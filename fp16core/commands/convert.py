"""Conversion of a model file to float16."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from fp16core.atomic_output import new_folder
from fp16core.commands.shared.outcome import Outcome, progress_bar
from fp16core.runs.pair import read_model_file
from fp16core.terminal import new_table, print_table, say
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.packing import with_current_codes
from fp16core.vocabulary import ModelFileError

NOT_AS_WISHED = 1
"""Exit status if the file that was written holds no float16 weights, or infinite ones."""

_OLD_CODES = (
    "Its operator codes stood where only older converters look; they were filled in, because LiteRT Quantizer would "
    "otherwise cast nothing."
)


def convert(options: Namespace) -> Outcome:
    """Convert a model file to float16."""
    path: Path = options.model
    with new_folder(options.out) as folder, progress_bar(options) as on_progress:
        on_progress(f"converting {path.name}", 0.1)
        if path.suffix == ".keras":
            from fp16core.convert.from_keras import convert_keras, load_keras

            by = "TensorFlow's converter"
            reference, target = convert_keras(load_keras(path))
        elif path.suffix == ".tflite":
            from fp16core.convert.quantizer import quantize_tflite

            by = "LiteRT Quantizer"
            reference = read_model_file(path)
            target = quantize_tflite(ModelFile(reference, path.name)).contents
        else:
            raise ModelFileError(f"{path}: the ending '{path.suffix}' is not known; choose a .keras or .tflite file.")
        names = f"{path.stem}.tflite", f"{path.stem}_quant_f16.tflite"
        (folder / names[0]).write_bytes(reference)
        (folder / names[1]).write_bytes(target)
        from fp16core.commands.shared.casting import casting_document

        on_progress("checking the weights", 0.8)
        files = ModelFile(reference, names[0]), ModelFile(target, names[1])
        cast = casting_document(ModelPair(path.stem, *files))
        if with_current_codes(files[0]) is not files[0]:
            cast["remarks"].insert(0, _OLD_CODES)
        on_progress("done", 1.0)
    document: dict[str, Any] = {
        "converted_by": by,
        "reference": str(options.out / names[0]),
        "reference_size_bytes": len(reference),
        "target": str(options.out / names[1]),
        "target_size_bytes": len(target),
        "size_ratio": len(reference) / len(target),
        "casting": cast,
    }

    def show() -> None:
        for remark in cast["remarks"]:
            say(remark)
        table = new_table(f"by {by}", "file", "bytes")
        table.add_row(document["reference"], f"{len(reference):,}")
        table.add_row(document["target"], f"{len(target):,}")
        print_table(table)

    is_as_wished = cast["holds_float16"] and not cast["became_infinite"]
    return Outcome(document, show, status=0 if is_as_wished else NOT_AS_WISHED)
