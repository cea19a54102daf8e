"""Names of a model's inputs and outputs: unique, and the names under which a user knows them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from fp16core.text import visible
from fp16core.tflite.graph import Tensor
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.reader import damage_named, model_root
from fp16core.vocabulary import ModelFileError


def input_names(model: ModelFile) -> tuple[str, ...]:
    """A unique name for each input, in the file's order: its tensor's name, if it has one."""
    return _unique(model.graph.inputs, "input")


def output_names(model: ModelFile) -> tuple[str, ...]:
    """A unique name for each output, in the file's order: its tensor's name, if it has one."""
    return _unique(model.graph.outputs, "output")


def input_places(model: ModelFile, wanted: Iterable[str], option: str) -> dict[str, int]:
    """Place of each wanted input, by the name that the user gave: its tensor's name, or the one in a signature.

    Raises
    ------
    ModelFileError
        If there is no such input; the message names ``option`` and the inputs that there are.
    """
    aliases = _signature_names(model, is_input=True)
    return _places(model, wanted, option, input_names(model), aliases, "input")


def output_places(model: ModelFile, wanted: Iterable[str], option: str) -> dict[str, int]:
    """Place of each wanted output; as `input_places`."""
    aliases = _signature_names(model, is_input=False)
    return _places(model, wanted, option, output_names(model), aliases, "output")


def _unique(tensors: Sequence[Tensor], kind: str) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    found = []
    for place, tensor in enumerate(tensors, 1):
        name = tensor.name.strip() or f"{kind} {place}"
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({kind} {place})")
    return tuple(found)


def _places(
    model: ModelFile,
    wanted: Iterable[str],
    option: str,
    names: Sequence[str],
    aliases: Mapping[str, int],
    kind: str,
) -> dict[str, int]:
    known = dict(aliases) | {name: place for place, name in enumerate(names)}
    found = {}
    for name in wanted:
        if name not in known:
            listed = ", ".join(f"'{visible(other)}'" for other in known)
            raise ModelFileError(f"{option} names the {kind} '{visible(name)}'; {model.name} has {listed}.")
        found[name] = known[name]
    return found


def _signature_names(model: ModelFile, is_input: bool) -> dict[str, int]:
    """Places of inputs or outputs by their names in the file's first signature."""
    root = model_root(model.contents, model.name)
    tensors = model.graph.inputs if is_input else model.graph.outputs
    places = {tensor.index: place for place, tensor in enumerate(tensors)}
    found: dict[str, int] = {}
    with damage_named(model.name, model.size_bytes):
        if not root.SignatureDefsLength():
            return found
        signature = root.SignatureDefs(0)
        length, item = (
            (signature.InputsLength(), signature.Inputs) if is_input else (signature.OutputsLength(), signature.Outputs)
        )
        for entry in map(item, range(min(length, len(tensors)))):
            if entry.TensorIndex() in places:
                found[(entry.Name() or b"").decode("utf-8", "replace")] = places[entry.TensorIndex()]
    return found
