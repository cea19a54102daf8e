"""Names of operators for readers who do not know LiteRT's, and a few words on each."""

from fp16core.runtime.activations import ActivationStep

_KINDS = {
    "CONV_2D": ("Convolution", "looks for a small pattern in each channel"),
    "DEPTHWISE_CONV_2D": ("Depthwise convolution", "looks for a small pattern in each channel"),
    "MAX_POOL_2D": ("Max pooling", "keeps the largest of neighbouring numbers"),
    "AVERAGE_POOL_2D": ("Average pooling", "averages neighbouring numbers"),
    "FULLY_CONNECTED": ("Fully connected", "weighs all numbers into scores"),
    "RESHAPE": ("Reshape", "rearranges numbers without computing any"),
}
_FUSED = {"NONE": "", "RELU": "ReLU", "RELU6": "ReLU6", "TANH": "tanh"}


def operator_name(operator: str) -> str:
    """Display name of a kind of operator, by LiteRT's name: ``Convolution``."""
    return _KINDS.get(operator, (operator.replace("_", " ").capitalize(), ""))[0]


def step_name(step: ActivationStep) -> str:
    """Display name of an operator with the function fused into it: ``Convolution + ReLU``."""
    fused = _FUSED.get(step.fused, step.fused)
    return f"{operator_name(step.operator)} + {fused}" if fused else operator_name(step.operator)


def step_purpose(step: ActivationStep) -> str:
    """Purpose of an operator in a few words; empty for a kind without any."""
    purpose = _KINDS.get(step.operator, ("", ""))[1]
    return purpose + (", then turns negative numbers into 0" if purpose and step.fused == "RELU" else "")
