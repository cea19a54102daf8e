"""The ways in which LiteRT can execute a model, and what to call them."""

from enum import Enum


class ExecutionMode(Enum):
    """Where a model's operators run, and in which arithmetic.

    The value is the mode's key in requests, files and addresses.
    """

    CPU_FLOAT32 = "cpu-float32"
    CPU_REFERENCE = "cpu-reference"
    CPU_FLOAT16 = "cpu-float16"
    GPU_FLOAT32 = "gpu-float32"
    GPU_FLOAT16 = "gpu-float16"

    @property
    def title(self) -> str:
        """What to call it on screen."""
        return _TITLES[self]

    @property
    def short_title(self) -> str:
        """The same where there is little room."""
        return self.title.replace(",", "").removesuffix(" arithmetic").removesuffix(" kernels")

    @property
    def explanation(self) -> str:
        """What computes, and what it was asked to do."""
        return _EXPLANATIONS[self]

    @property
    def on_gpu(self) -> bool:
        """Whether a GPU driver computes."""
        return self in (ExecutionMode.GPU_FLOAT32, ExecutionMode.GPU_FLOAT16)

    @property
    def asks_for_float16(self) -> bool:
        """Whether results are asked to be float16 numbers; whether they are has to be looked at."""
        return self in (ExecutionMode.CPU_FLOAT16, ExecutionMode.GPU_FLOAT16)

    @property
    def float32_counterpart(self) -> "ExecutionMode | None":
        """The mode that runs the same way but for float32 arithmetic, of a mode that asks for float16."""
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
        "The interpreter without a delegate, on LiteRT's reference kernels: slow, and written to be checked against."
    ),
    ExecutionMode.CPU_FLOAT16: (
        "CompiledModel with XNNPACK told to compute in float16 (FORCE_FP16): weights and every operator's result are "
        "float16. Sums are float32 on x86-64 processors with AVX2 and F16C, and float16 on those with AVX512-FP16, "
        "which therefore err more."
    ),
    ExecutionMode.GPU_FLOAT32: (
        "CompiledModel on LiteRT's WebGPU accelerator (Vulkan, Metal, Direct3D), told to keep to float32."
    ),
    ExecutionMode.GPU_FLOAT16: (
        "The same without that: the tutorial's precision_loss_allowed = 1. All arithmetic may be float16, even sums."
    ),
}
