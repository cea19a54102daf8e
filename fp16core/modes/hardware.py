"""Expectations of float16 on kinds of hardware, each with its source."""

from dataclasses import dataclass

from fp16core.vocabulary import TUTORIAL_URL


@dataclass(frozen=True)
class Expectation:
    """A kind of hardware, and the behaviour of a float16 model on it.

    Attributes
    ----------
    hardware
        The kind of hardware.
    arithmetic
        Numbers in which it computes.
    expect
        Consequence for a float16 ``.tflite``.
    source, url
        Source of the statement, and its address.
    """

    hardware: str
    arithmetic: str
    expect: str
    source: str
    url: str


EXPECTATIONS = (
    Expectation(
        "Phone processor since about 2018: ARMv8.2 with FP16 (Pixel 3, Galaxy S9 or S10, iPhone 8 and later)",
        "float16 if XNNPACK is told to (FORCE_FP16) or the file asks for it, otherwise float32",
        "Almost twice as fast as float32 on average in Google's measurements, the file half as large.",
        "TensorFlow blog, 29 November 2023",
        "https://blog.tensorflow.org/2023/11/half-precision-inference-doubles-on-device-inference-performance.html",
    ),
    Expectation(
        "Older phone processors, and x86-64 ones",
        "float32. Told to (FORCE_FP16), XNNPACK computes in float16 where there are AVX2 and F16C; how it adds up "
        "then, *Accuracy by mode* finds out",
        "Half the file, no speedup: the weights are upsampled when the model is loaded. This page measures it.",
        "LiteRT, Post-training float16 quantization",
        TUTORIAL_URL,
    ),
    Expectation(
        "Phone GPU: Arm Mali",
        "float16 in registers and arithmetic units, if allowed",
        "Less time and energy than in float32. What float16 sums do to logits, the GPU mode of this page shows.",
        "Arm, Mali GPU best practices: Minimize precision",
        "https://developer.arm.com/documentation/101897/0200/shader-code/minimize-precision",
    ),
    Expectation(
        "Phone GPU through LiteRT's GPU delegate (Android, iOS)",
        "float16 with precision_loss_allowed, otherwise float32",
        "Takes float32 and float16 files alike; a float16 file needs no conversion and half the memory for weights.",
        "LiteRT, GPU delegates",
        "https://ai.google.dev/edge/litert/performance/gpu",
    ),
    Expectation(
        "iPhone and Mac through Core ML: Neural Engine, GPU, processor",
        "float16 for most of a model by default, float32 on request",
        "Fast; float32 sums have to be requested when converting.",
        "Apple, coremltools: Typed execution",
        "https://apple.github.io/coremltools/docs-guides/source/typed-execution.html",
    ),
    Expectation(
        "Browser with WebGPU, on a GPU that has shader-f16",
        "float16 in shaders that ask for it; not every GPU has it",
        "A language model was 28 % (prefill) and 41 % (decoding) faster than in float32 on an Apple M1 Pro.",
        "Chrome for Developers, What's new in WebGPU 120",
        "https://developer.chrome.com/blog/new-in-webgpu-120",
    ),
    Expectation(
        "Edge TPU and microcontrollers",
        "whole numbers (int8)",
        "float16 does not help there: quantize to int8.",
        "LiteRT, Post-training quantization",
        "https://ai.google.dev/edge/litert/models/post_training_quantization",
    ),
)
"""From the most common hardware to the least."""


def expectation_rows() -> dict[str, list[str]]:
    """Columns of a table with a row for each kind of hardware."""
    return {
        "hardware": [e.hardware for e in EXPECTATIONS],
        "computes in": [e.arithmetic for e in EXPECTATIONS],
        "what to expect": [f"{e.expect} [{e.source}]({e.url})" for e in EXPECTATIONS],
    }
