"""Display names and short descriptions of LiteRT's operators."""

from fp16core.runtime.activations import ActivationStep

_NAMES_AND_PURPOSES = {
    "CONV_2D": ("Convolution", "detects a small pattern for each output channel"),
    "DEPTHWISE_CONV_2D": ("Depthwise convolution", "detects a small pattern within each channel"),
    "MAX_POOL_2D": ("Max pooling", "keeps the largest of neighbouring numbers"),
    "AVERAGE_POOL_2D": ("Average pooling", "averages neighbouring numbers"),
    "FULLY_CONNECTED": ("Fully connected", "computes weighted sums of all numbers"),
    "RESHAPE": ("Reshape", "rearranges numbers without computing any"),
}
_FUSED = {"NONE": "", "RELU": "ReLU", "RELU6": "ReLU6", "TANH": "tanh"}


def operator_name(operator: str) -> str:
    """Display name of an operator, given LiteRT's name: ``Convolution``."""
    return _NAMES_AND_PURPOSES.get(operator, (operator.replace("_", " ").capitalize(), ""))[0]


def step_name(step: ActivationStep) -> str:
    """Display name of an operator with its fused activation function: ``Convolution + ReLU``."""
    fused = _FUSED.get(step.fused, step.fused)
    return f"{operator_name(step.operator)} + {fused}" if fused else operator_name(step.operator)


def step_purpose(step: ActivationStep) -> str:
    """Purpose of an operator in a few words; empty if unknown."""
    purpose = _NAMES_AND_PURPOSES.get(step.operator, ("", ""))[1]
    return purpose + (", then turns negative numbers into 0" if purpose and step.fused == "RELU" else "")
