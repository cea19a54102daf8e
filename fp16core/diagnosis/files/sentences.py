"""Verdict on a file in words."""

from collections.abc import Mapping, Sequence

from fp16core.diagnosis.file_results import CastFile, CastTensor
from fp16core.numerics.weight_rounding import RELATIVE_ERROR_BOUND
from fp16core.text import count_text, percent_text, small_text
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.reader import model_root

QUANTIZER = "LiteRT Quantizer"
TENSORFLOW = "TensorFlow's converter"
GIVEN = "your converter"
UNCAST = "its converter"
"""Names of converters; of a file that the user gave; and of a model that held float16 weights from the beginning."""

_NAMED = 3
"""Operator kinds, or tensors, that a sentence names."""

_FATES = {
    "infinite": "infinite",
    "clamped": "±65,504 (clamped)",
    "zero": "0",
    "subnormal": "subnormal, with fewer digits",
}


def verdict_sentence(
    model: ModelFile,
    casts: Sequence[CastFile],
    chosen: CastFile | None,
    refused: Mapping[str, str],
    codes_filled_in: bool = False,
) -> str:
    """Sentences that say what was cast, what became of the numbers, how large the file is, and what was odd.

    Parameters
    ----------
    model
        The file.
    casts
        The casts that were made.
    chosen
        The one that the rest of the diagnosis uses, if there is one.
    refused
        Reasons of converters that reject the model.
    codes_filled_in
        True if operator codes stood only in the old place.
    """
    parts: list[str] = []
    if codes_filled_in:
        parts.append(
            "Its operator codes stand where only older converters look (deprecated_builtin_code); they were filled in, "
            "because LiteRT Quantizer would otherwise cast nothing without a word."
        )
    if TENSORFLOW in refused:  # it takes everything but a file without numbers
        parts.append(refused[TENSORFLOW])
    elif QUANTIZER in refused:
        parts.append(f"{QUANTIZER} rejects the model: {refused[QUANTIZER]}")
    parts += [_nothing_cast(cast) for cast in casts if not cast.tensors]
    if chosen is not None and chosen.by == UNCAST:
        parts.append(
            f"It holds float16 weights already, {_counts(chosen)}. Their float32 values are unknown, so it is judged "
            "as it is; choose the float32 file to see what the cast did to them."
        )
    elif chosen is not None and chosen.tensors:
        parts += [_cast(chosen), _fates(chosen), _size(chosen)]
        parts += [_beyond(chosen, other) for other in casts if other is not chosen and other.tensors]
    graphs = model_root(model.contents, model.name).SubgraphsLength()
    if graphs > 1:
        parts.append(
            f"It has {count_text(graphs, 'graph')}: numbers in the bodies of IF and WHILE count here, but their "
            "operators cannot be looked at one by one."
        )
    parts.append(_integers(model))
    return " ".join(part for part in parts if part)


def _nothing_cast(cast: CastFile) -> str:
    kept = sum(kind.kept_weights for kind in cast.kinds)
    who = "In the given file, nothing was cast" if cast.by == GIVEN else f"{cast.by} casts nothing"
    if not kept:
        return f"{who}: no operator reads a stored floating-point number."
    verb = "stays" if kept == 1 else "stay"
    return f"{who}: {count_text(kept, 'number')} of {listed([kind.kind for kind in cast.kinds])} {verb} in float32."


def _counts(cast: CastFile) -> str:
    done = sum(kind.cast_weights for kind in cast.kinds)
    return f"{done:,} of {count_text(done + sum(kind.kept_weights for kind in cast.kinds), 'number')}"


def _cast(cast: CastFile) -> str:
    kept = [kind.kind for kind in cast.kinds if kind.kept_weights]
    who = "The given file stores" if cast.by == GIVEN else f"Cast by {cast.by}, the file stores"
    text = f"{who} {_counts(cast)} as float16"
    return text + (f"; those left in float32 belong to {listed(kept)}." if kept else ".")


def _fates(cast: CastFile) -> str:
    parts = []
    for name, fate in _FATES.items():
        concerned = [tensor for tensor in cast.tensors if getattr(tensor, name)]
        if concerned:
            count = sum(getattr(tensor, name) for tensor in concerned)
            verb = "becomes" if count == 1 else "become"
            parts.append(f"{count_text(count, 'number')} {verb} {fate}{_where(concerned, name)}")
    if parts:
        return f"{'; '.join(parts)}."
    worst = max(tensor.max_relative_error for tensor in cast.tensors)
    bound = "at most 2⁻¹¹" if worst <= RELATIVE_ERROR_BOUND else small_text(worst)
    return f"Each keeps its value up to a relative rounding error of {bound}."


def _where(tensors: Sequence[CastTensor], name: str) -> str:
    worst = sorted(tensors, key=lambda tensor: -getattr(tensor, name))
    return f" ({listed([f'“{tensor.tensor}”' for tensor in worst])})"


def _size(cast: CastFile) -> str:
    account = cast.account
    text = f"The float16 file has {percent_text(account.size_share)} of the float32 file's size"
    if account.uncast_bytes > max(account.unhalved_bytes, account.growth_bytes, 0):
        return f"{text}, mostly because of what was left in float32."
    if account.excess_bytes > account.reference_bytes / 50:
        return f"{text}, because the bytes that are not weights are not halved."
    return f"{text}."


def _beyond(chosen: CastFile, other: CastFile) -> str:
    """Sentence on another converter that casts differently."""
    fewer = {kind.kind: kind.kept_weights for kind in other.kinds}
    more = [kind.kind for kind in chosen.kinds if kind.kept_weights > fewer.get(kind.kind, 0)]
    text = f"{other.by} would give {percent_text(other.account.size_share)}"
    if more:
        text += f", because it also casts numbers of {listed(more)}"
    infinite, clamped = (sum(tensor.infinite for tensor in cast.tensors) for cast in (chosen, other))
    if infinite and not clamped:
        text += ", and would clamp to ±65,504 what becomes infinite here"
    return f"{text}."


def _integers(model: ModelFile) -> str:
    """Remark on weights that are integers already."""
    read = {index for op in model.graph.operators for index in op.inputs if index >= 0}
    found: dict[str, int] = {}
    for tensor in (model.graph.tensors[index] for index in sorted(read)):
        if tensor.is_constant and tensor.dtype in ("int8", "uint8", "int4", "int2"):
            found[tensor.dtype] = found.get(tensor.dtype, 0) + tensor.stored_size_bytes
    if not found:
        return ""
    types = listed(sorted(found))
    return f"{count_text(sum(found.values()), 'byte')} of weights are {types} already; float16 does not concern them."


def listed(names: Sequence[str]) -> str:
    """Names as a list in a sentence: ``MUL, ADD and 3 more``."""
    unique = list(dict.fromkeys(names))
    if len(unique) > _NAMED:
        return f"{', '.join(unique[:_NAMED])} and {len(unique) - _NAMED} more"
    return " and ".join([", ".join(unique[:-1]), unique[-1]] if len(unique) > 1 else unique)
