"""Operators whose result has a size that depends on the values of the input, and not only on its shape."""

from fp16core.tflite.graph import ONLY_SIZE, Operator, TfliteFile

_EVERY = -1

_SIZE_OPERANDS: dict[str, tuple[int, ...]] = {
    "BATCH_TO_SPACE_ND": (1, 2),
    "BROADCAST_TO": (1,),
    "CONV_3D_TRANSPOSE": (0,),
    "DILATE": (1,),
    "EMBEDDING_LOOKUP_SPARSE": (1, 2),
    "EXPAND_DIMS": (1,),
    "FILL": (0,),
    "MIRROR_PAD": (1,),
    "MULTINOMIAL": (1,),
    "NON_MAX_SUPPRESSION_V4": (_EVERY,),
    "NON_MAX_SUPPRESSION_V5": (_EVERY,),
    "ONE_HOT": (1,),
    "PAD": (1,),
    "PADV2": (1,),
    "RANDOM_STANDARD_NORMAL": (0,),
    "RANDOM_UNIFORM": (0,),
    "RANGE": (_EVERY,),
    "REDUCE_WINDOW": (2, 3, 4),
    "RESHAPE": (1,),
    "RESIZE_BILINEAR": (1,),
    "RESIZE_NEAREST_NEIGHBOR": (1,),
    "RFFT2D": (1,),
    "SEGMENT_SUM": (1,),
    "SKIP_GRAM": (_EVERY,),
    "SLICE": (1, 2),
    "SPACE_TO_BATCH_ND": (1, 2),
    "SPARSE_TO_DENSE": (1,),
    "SPLIT_V": (1,),
    "STRIDED_SLICE": (1, 2, 3),
    "TILE": (1,),
    "TOPK_V2": (1,),
    "TRANSPOSE_CONV": (0,),
    "UNIQUE": (_EVERY,),
    "UNSORTED_SEGMENT_MAX": (2,),
    "UNSORTED_SEGMENT_MIN": (2,),
    "UNSORTED_SEGMENT_PROD": (2,),
    "UNSORTED_SEGMENT_SUM": (2,),
    "WHERE": (_EVERY,),
}
"""Operands of LiteRT's operators whose values decide the size of the result, by their positions."""


def size_operands(op: Operator) -> tuple[int, ...]:
    """Indices of the tensors whose values decide the size of an operator's result."""
    places = _SIZE_OPERANDS.get(op.name, ())
    wanted = op.inputs if _EVERY in places else [op.inputs[place] for place in places if place < len(op.inputs)]
    return tuple(index for index in wanted if index >= 0)


def sized_by_data(file: TfliteFile) -> tuple[Operator, ...]:
    """Operators of a graph whose results have sizes that depend on the input's values, in order.

    How much memory such a graph needs, and how long it takes, differs from input to input.
    """
    from_data = {tensor.index for tensor in file.inputs}
    found = []
    for op in file.operators:
        read = [index for index in op.inputs if index in from_data]
        if not read or op.name in ONLY_SIZE:
            continue
        from_data.update(op.outputs or op.inputs)  # an operator without outputs stores what it reads
        if not from_data.isdisjoint(size_operands(op)):
            found.append(op)
    return tuple(found)
