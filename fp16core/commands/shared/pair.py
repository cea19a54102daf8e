"""The pair of models that a command works on."""

from argparse import Namespace

from fp16core.runs.pair import load_pair, pair_folder, read_pair
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import PairError


def chosen_pair(options: Namespace) -> ModelPair:
    """The active pair, or the two files named by ``--reference`` and ``--target``.

    Raises
    ------
    PairError
        If only one of them is named.
    ModelFileError
        If a file cannot be used.
    """
    if options.reference is None and options.target is None:
        return load_pair()
    if options.reference is None or options.target is None:
        missing = "--reference" if options.reference is None else "--target"
        raise PairError(f"{missing} is missing; give both files, or neither for the pair in {pair_folder()}.")
    return read_pair(options.reference, options.target)
