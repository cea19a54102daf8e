"""Samples for a model, from what the user gives and declares, and from what the file says."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fp16core.diagnosis.inputs.archive import InputArchive
from fp16core.diagnosis.inputs.made_up import LABELS, ValueRange, made_up_values
from fp16core.diagnosis.inputs.metadata import metadata_ranges
from fp16core.diagnosis.inputs.rows import index_rows
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.running.names import input_names, input_places
from fp16core.diagnosis.samples import Array, Samples
from fp16core.text import count_text, dimensions_text, excess_text, small_text, visible
from fp16core.tflite.graph import Tensor
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import DatasetError, ModelFileError

MAX_SAMPLES = 100
"""Most samples that a model is diagnosed with; of more, the first ones are taken."""

MAX_SAMPLE_BYTES = 256_000_000
"""Most bytes that all made-up samples of an input may take."""

_UNKNOWN = ValueRange(-1.0, 1.0, "made up, as nothing states a range")
_UNKNOWN_INTEGERS = ValueRange(0, 1, "made up, as nothing states a range")
_BOOLEAN = ValueRange(0, 1, "true and false")


def build_samples(model: ModelFile, options: DiagnosisOptions) -> Samples:
    """Samples that a model is diagnosed with.

    Parameters
    ----------
    model
        A ``.tflite`` file that `fp16core.diagnosis.running.check.check_model` accepts.
    options
        The user's archive, ranges and shapes.

    Raises
    ------
    ModelFileError
        If a shape or range is missing or impossible, or names no input.
    DatasetError
        If the archive is damaged or does not fit the model.
    """
    shapes = _declared_shapes(model, options)
    if options.inputs is not None:
        return _given(model, options, shapes)
    return _made_up(model, options, shapes)


def _declared_shapes(model: ModelFile, options: DiagnosisOptions) -> dict[int, tuple[int, ...]]:
    places = input_places(model, options.shapes, "--shape")
    found = {}
    for name, place in places.items():
        shape, tensor = tuple(options.shapes[name]), model.graph.inputs[place]
        if not _fits(shape, tensor):
            raise ModelFileError(
                f"--shape gives input '{visible(name)}' the shape {','.join(map(str, shape))}; {model.name} takes "
                f"{_sizes(tensor.shape_signature)}."
            )
        found[place] = shape
    return found


def _fits(shape: tuple[int, ...], tensor: Tensor) -> bool:
    signature = tensor.shape_signature
    return len(shape) == len(signature) and all(
        side > 0 and wanted in (-1, side) for side, wanted in zip(shape, signature, strict=True)
    )


def _sizes(signature: Sequence[int]) -> str:
    """Sizes of an input; those that the file leaves open may differ from each other."""
    return dimensions_text(signature).replace("n", "any")


def _shape(model: ModelFile, place: int, declared: dict[int, tuple[int, ...]], name: str) -> tuple[int, ...]:
    """Shape of one input of a made-up sample: a batch of 1, unless another is declared."""
    tensor = model.graph.inputs[place]
    signature = tensor.shape_signature
    if place in declared:
        return declared[place]
    if -1 in signature[1:]:
        example = ",".join("1" if side < 0 else str(side) for side in signature)
        raise ModelFileError(
            f"{model.name}: input '{visible(name)}' takes {_sizes(signature)}, and the sizes left open are "
            f"unknown; declare them, as in --shape {visible(name)}={example}."
        )
    return tuple(1 if side < 0 else side for side in signature)


def _made_up(model: ModelFile, options: DiagnosisOptions, declared: dict[int, tuple[int, ...]]) -> Samples:
    places = input_places(model, options.ranges, "--range")
    ranges = {place: _declared_range(name, options.ranges[name]) for name, place in places.items()}
    stated, rows = metadata_ranges(model), index_rows(model.graph)
    arrays, origins = {}, {}
    for place, name in enumerate(input_names(model)):
        tensor, shape = model.graph.inputs[place], _shape(model, place, declared, name)
        size_bytes = len(LABELS) * math.prod(shape) * np.dtype(tensor.dtype).itemsize
        if size_bytes > MAX_SAMPLE_BYTES:
            raise ModelFileError(
                f"{model.name}: samples of input '{visible(name)}' have {excess_text(size_bytes, MAX_SAMPLE_BYTES)} "
                "are made up. Declare a smaller shape, or give samples of your own."
            )
        values = ranges.get(place) or _known_range(tensor, stated.get(place), rows.get(place))
        if tensor.dtype != "float32":
            values = _whole(name, tensor, values)
        arrays[name] = made_up_values(shape, tensor.dtype, values, place)
        low, high = (
            small_text(end) if tensor.dtype == "float32" else f"{int(end):,}" for end in (values.low, values.high)
        )
        origins[name] = f"from {low} to {high} ({values.origin})"
    kept = _distinct(arrays)
    return Samples(
        {name: values[kept] for name, values in arrays.items()},
        origins,
        tuple(LABELS[place] for place in kept),
        are_real=False,
    )


def _declared_range(name: str, ends: tuple[float, float]) -> ValueRange:
    low, high = ends
    if not (math.isfinite(low) and math.isfinite(high) and low <= high and abs(low) < 3e38 and abs(high) < 3e38):
        raise ModelFileError(
            f"--range gives input '{visible(name)}' values from {low} to {high}; expected two finite float32 numbers, "
            "the lower one first."
        )
    return ValueRange(low, high, "declared")


def _known_range(tensor: Tensor, stated: tuple[float, float] | None, rows: tuple[int, str] | None) -> ValueRange:
    if tensor.dtype == "bool":
        return _BOOLEAN
    if rows is not None:
        return ValueRange(0, rows[0] - 1, f"rows of '{visible(rows[1])}'")
    if stated is not None:
        return ValueRange(*stated, "the file's own metadata")
    return _UNKNOWN if tensor.dtype == "float32" else _UNKNOWN_INTEGERS


def _whole(name: str, tensor: Tensor, values: ValueRange) -> ValueRange:
    limits = (0, 1) if tensor.dtype == "bool" else (np.iinfo(tensor.dtype).min, np.iinfo(tensor.dtype).max)
    low, high = math.ceil(values.low), math.floor(values.high)
    if not limits[0] <= low <= high <= limits[1]:
        raise ModelFileError(
            f"--range gives input '{visible(name)}' values from {values.low} to {values.high}, which hold no "
            f"{tensor.dtype} numbers."
        )
    return ValueRange(low, high, values.origin)


def _distinct(arrays: dict[str, Array]) -> list[int]:
    """Places of samples that differ from all before them."""
    kept: list[int] = []
    for place in range(len(LABELS)):
        if not any(all(np.array_equal(values[place], values[before]) for values in arrays.values()) for before in kept):
            kept.append(place)
    return kept


def _given(model: ModelFile, options: DiagnosisOptions, declared: dict[int, tuple[int, ...]]) -> Samples:
    source = options.inputs or b""
    label = source.name if isinstance(source, Path) else "the inputs"
    names = input_names(model)
    listed = ", ".join(f"'{visible(name)}'" for name in names)
    archive = InputArchive(source, label, f"give an .npz archive with an array for each of {listed}.")
    places = {place: name for name, place in _places(model, archive, label, listed).items()}
    arrays, origins = {}, {}
    for place, name in enumerate(names):
        given = archive.array(places.get(place, name))
        arrays[name] = _fitted(given, model.graph.inputs[place], name, label, declared.get(place))
        origins[name] = f"given in {label}"
    counts = {name: len(values) for name, values in arrays.items()}
    if len(set(counts.values())) > 1:
        texts = ", ".join(f"{count_text(count, 'sample')} of '{visible(name)}'" for name, count in counts.items())
        raise DatasetError(f"{label} holds {texts}; give the same number of each.")
    count = min(*counts.values(), MAX_SAMPLES)
    labels = tuple(f"sample {number} of {label}" for number in range(1, count + 1))
    return Samples({name: values[:count] for name, values in arrays.items()}, origins, labels, are_real=True)


def _places(model: ModelFile, archive: InputArchive, label: str, listed: str) -> dict[str, int]:
    """Place of the input that each array is for."""
    found: dict[str, int] = {}
    for name in archive.names():
        try:
            found |= input_places(model, [name], label)
        except ModelFileError as error:
            raise DatasetError(
                f"{label}: array '{visible(name)}' is no input of {model.name}, which takes {listed}; name each array "
                "after its input."
            ) from error
    return found


def _fitted(given: Array, tensor: Tensor, name: str, label: str, declared: tuple[int, ...] | None) -> Array:
    """The user's array in the input's shape and dtype."""
    shape = given.shape[1:]
    candidates: Sequence[tuple[int, ...]] = (shape, (1, *shape))
    fitting = next((c for c in candidates if _fits(c, tensor) and declared in (None, c)), None)
    if fitting is None:
        wanted = _sizes(declared or tensor.shape_signature)
        raise DatasetError(
            f"{label}: array '{visible(name)}' is {dimensions_text(given.shape)}; expected samples along its first "
            f"axis, each of {wanted}, with or without a batch of 1."
        )
    values = _cast(given[:MAX_SAMPLES], tensor.dtype, name, label)
    return np.ascontiguousarray(values).reshape(len(values), *fitting)


def _cast(given: Array, dtype: str, name: str, label: str) -> Array:
    wanted = np.dtype(dtype)
    if wanted.kind != "f" and given.dtype.kind == "f":
        raise DatasetError(
            f"{label}: array '{visible(name)}' has dtype {given.dtype}; the model takes {dtype}, whole numbers."
        )
    with np.errstate(over="ignore", invalid="ignore"):
        values = given.astype(wanted)
    if wanted.kind == "f" and not np.isfinite(values).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise DatasetError(
            f"{label}: array '{visible(name)}' contains {given[where]} at {list(where)}; expected float32 numbers."
        )
    if wanted.kind in "iu" and not np.array_equal(values, given):
        raise DatasetError(f"{label}: array '{visible(name)}' has numbers that {dtype} cannot hold.")
    return values
