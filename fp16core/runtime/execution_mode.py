"""Execution modes of LiteRT, with their names and explanations."""

from enum import Enum


class ExecutionMode(Enum):
    """Processor and arithmetic that run a model's operators.

    The value is the mode's key in requests, files and URLs.
    """

    CPU_FLOAT32 = "cpu-float32"
    CPU_REFERENCE = "cpu-reference"
    CPU_FLOAT16 = "cpu-float16"
    GPU_FLOAT32 = "gpu-float32"
    GPU_FLOAT16 = "gpu-float16"

    @property
    def title(self) -> str:
        """Name of the mode on screen."""
        return _TITLES[self]

    @property
    def short_title(self) -> str:
        """Name of the mode where space is short."""
        return self.title.replace(",", "").removesuffix(" arithmetic").removesuffix(" kernels")

    @property
    def explanation(self) -> str:
        """Runtime component that computes, and the options passed to it."""
        return _EXPLANATIONS[self]

    @property
    def on_gpu(self) -> bool:
        """True if a GPU driver computes."""
        return self in (ExecutionMode.GPU_FLOAT32, ExecutionMode.GPU_FLOAT16)

    @property
    def asks_for_float16(self) -> bool:
        """True if float16 results are requested; LiteRT may still compute in float32."""
        return self in (ExecutionMode.CPU_FLOAT16, ExecutionMode.GPU_FLOAT16)

    @property
    def float32_counterpart(self) -> "ExecutionMode | None":
        """Float32 mode on the same processor, if this mode requests float16; otherwise ``None``."""
        return {
            ExecutionMode.CPU_FLOAT16: ExecutionMode.CPU_FLOAT32,
            ExecutionMode.GPU_FLOAT16: ExecutionMode.GPU_FLOAT32,
        }.get(self)


_TITLES = {
    ExecutionMode.CPU_FLOAT32: "CPU, float32 arithmetic",
    ExecutionMode.CPU_REFERENCE: "CPU, reference kernels",
    ExecutionMode.CPU_FLOAT16: "CPU, float16 arithmetic",
    ExecutionMode.GPU_FLOAT32: "GPU, float32 arithmetic",
    ExecutionMode.GPU_FLOAT16: "GPU, float16 arithmetic",
}

_EXPLANATIONS = {
    ExecutionMode.CPU_FLOAT32: (
        "The interpreter with its default delegate XNNPACK, as in the tutorial and on all other pages."
    ),
    ExecutionMode.CPU_REFERENCE: (
        "The interpreter without a delegate, on LiteRT's reference kernels: slow, and meant for checking other kernels."
    ),
    ExecutionMode.CPU_FLOAT16: (
        "CompiledModel with XNNPACK forced to float16 (FORCE_FP16): weights and the results of all operators are "
        "float16. Arm processors with FP16 compute so natively. Processors differ in how they add up: the measurement "
        "of accuracy names the known way to do so that gives the same logits, if there is one."
    ),
    ExecutionMode.GPU_FLOAT32: (
        "CompiledModel on LiteRT's WebGPU accelerator (Vulkan, Metal, Direct3D), restricted to float32."
    ),
    ExecutionMode.GPU_FLOAT16: (
        "The same without the restriction: the tutorial's precision_loss_allowed = 1. All arithmetic may be float16, "
        "including sums."
    ),
}
