"""Verdict 1: what a cast to float16 does to a model's file."""

from fp16core.convert.quantizer import quantize_tflite
from fp16core.diagnosis.file_results import CastFile, FileVerdict
from fp16core.diagnosis.files.casts import cast_file
from fp16core.diagnosis.files.own_cast import cast_every_constant
from fp16core.diagnosis.files.sentences import GIVEN, QUANTIZER, TENSORFLOW, UNCAST, verdict_sentence
from fp16core.diagnosis.finding import Finding
from fp16core.tflite.halves import holds_float16_weights
from fp16core.tflite.ledger import byte_ledger
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import with_current_codes
from fp16core.vocabulary import ModelFileError

_CONVERTERS = {QUANTIZER: quantize_tflite, TENSORFLOW: cast_every_constant}
"""Converters by their names, in the order in which their files are preferred; the second by its rule alone."""


def file_verdict(model: ModelFile, target: ModelFile | None = None) -> tuple[FileVerdict, ModelFile | None]:
    """Judge the float16 counterpart of a file: what is cast, what becomes of the numbers, and why it is not half.

    Parameters
    ----------
    model
        A ``.tflite`` file.
    target
        Its float16 counterpart, which is then judged as it is; `None`: both converters cast the file.

    Returns
    -------
    verdict : FileVerdict
        Its finding is on the returned file.
    target : ModelFile or None
        The given one; or the model itself if it holds float16 weights already; otherwise the file by LiteRT Quantizer
        or, if that rejects the model or casts nothing, by the rule of TensorFlow's converter. `None` if there is
        nothing to cast.

    Raises
    ------
    ModelFileError
        If a file is not a LiteRT model or is damaged.
    PairError
        If ``target`` was not made from ``model``.
    """
    current, ledger = with_current_codes(model), byte_ledger(model)
    if target is not None or holds_float16_weights(model):
        by, target = (UNCAST, model) if target is None else (GIVEN, target)
        cast = cast_file(by, model, target, ledger)
        finding = Finding.UNKNOWN if by == UNCAST else _finding(cast)
        return FileVerdict(finding, verdict_sentence(model, (cast,), cast, {}), False, (cast,)), target
    casts: dict[str, tuple[CastFile, ModelFile]] = {}
    refused: dict[str, str] = {}
    for name, convert in _CONVERTERS.items():
        try:
            made = convert(current)
            casts[name] = cast_file(name, model, made, ledger), made
        except ModelFileError as error:
            refused[name] = str(error)
    chosen = next((pair for pair in casts.values() if pair[0].tensors), None)
    found = tuple(cast for cast, _ in casts.values())
    sentence = verdict_sentence(model, found, None if chosen is None else chosen[0], refused, current is not model)
    finding = Finding.UNKNOWN if chosen is None else _finding(chosen[0])
    verdict = FileVerdict(finding, sentence, current is not model, found, refused)
    return verdict, None if chosen is None else chosen[1]


def _finding(cast: CastFile) -> Finding:
    """Outcome by what became of the numbers that were cast."""
    if not cast.tensors:
        return Finding.UNKNOWN
    if any(tensor.infinite for tensor in cast.tensors):
        return Finding.BREAKS
    # A mask may well be clamped, an epsilon must not become 0: running the model shows which it is.
    is_changed = any(tensor.clamped or tensor.zero for tensor in cast.tensors)
    return Finding.NOTHING_FOUND if is_changed else Finding.SAFE
