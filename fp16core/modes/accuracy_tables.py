"""Tables and sentences on the answers and logits of the modes of execution."""

from fp16core.modes.emulated import Accounted
from fp16core.modes.runs import ModeRun, ModeTable
from fp16core.text import percent_text, points_text, small_text

_FILE_NAMES = {False: "float32", True: "float16"}
"""By whether a file is the target."""


def mode_rows(table: ModeTable) -> dict[str, list[str]]:
    """Columns of a table with two rows for each mode that ran: one for each file."""
    columns: dict[str, list[str]] = {
        name: []
        for name in (
            "mode",
            "file",
            "changed answers",
            "largest logit change",
            "mean logit change",
            "accuracy",
            "against float32",
            "computed in",
        )
    }
    for file in table.files:
        run, cell = file.run, file.comparison
        row = (
            run.mode.short_title,
            _FILE_NAMES[file.is_target],
            f"{cell.changed_predictions:,} of {cell.images:,}",
            small_text(cell.max_abs_logit_delta),
            small_text(cell.mean_abs_logit_delta),
            percent_text(cell.target.accuracy.value),
            points_text(cell.accuracy_delta),
            arithmetic_text(run),
        )
        for column, value in zip(columns.values(), row, strict=True):
            column.append(value)
    return columns


def arithmetic_text(run: ModeRun) -> str:
    """Arithmetic that a mode used, judged by its logits, and the one requested if it differs."""
    found, asked = (("float32", "float16")[half] for half in (run.computes_float16, run.mode.asks_for_float16))
    return found if found == asked else f"{found}, though {asked} was asked for"


def emulation_rows(accounted: Accounted) -> dict[str, list[str]]:
    """Columns of a table with a row for each way to form sums."""
    return {
        "emulated with": [found.way for found in accounted.emulated],
        "logits equal bit for bit": [percent_text(found.exact_share) for found in accounted.emulated],
        "largest difference": [small_text(found.max_abs_difference) for found in accounted.emulated],
    }


def emulation_sentence(accounted: Accounted) -> str:
    """Share of a mode's logits that the emulation gives bit for bit, and whether that explains them, in Markdown."""
    best = accounted.best
    share = f"**{percent_text(best.exact_share)}** of the logits of {accounted.images:,} images"
    if accounted.is_predicted:
        return f"{share} are what the emulation gives, with {best.way}: this mode is predicted bit for bit."
    if accounted.is_explained:
        return f"{share} are what the emulation gives, bit for bit, with {best.way}."
    return (
        f"**None of the {len(accounted.emulated)} ways to add up that are known here is the hardware's.** The nearest, "
        f"{best.way}, gives {share}."
    )
