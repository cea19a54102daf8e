"""Roles of the tensors of a graph."""

from enum import Enum

from fp16core.tflite.graph import Tensor, TfliteFile
from fp16core.tflite.purposes import GraphCategories


class Role(Enum):
    """Role of a tensor."""

    INPUT = "input"
    PARAMETER = "weights and biases, as stored"
    UPSAMPLED = "weights and biases, upsampled"
    ACTIVATION = "computed from the image"
    OUTPUT = "output"
    SHAPE = "shape arithmetic"
    CONSTANT = "other constants"


def tensor_roles(file: TfliteFile) -> dict[int, Role]:
    """The role of each tensor, by index; input and output take precedence."""
    parameters = {tensor.index for tensor in file.weights().values()}
    filled = {index for op in file.upsampling() for index in op.outputs}
    categories = GraphCategories(file).tensors

    def role(tensor: Tensor) -> Role:
        if tensor in file.inputs:
            return Role.INPUT
        if tensor in file.outputs:
            return Role.OUTPUT
        if tensor.index in parameters:
            return Role.PARAMETER
        if tensor.index in filled:
            return Role.UPSAMPLED
        if categories.get(tensor.index) == "shape arithmetic":
            return Role.SHAPE
        return Role.CONSTANT if tensor.is_constant else Role.ACTIVATION

    return {tensor.index: role(tensor) for tensor in file.tensors}
