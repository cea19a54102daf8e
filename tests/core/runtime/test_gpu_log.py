"""Logs of LiteRT's GPU accelerator, as seen on machines with and without a driver."""

from fp16core.runtime.gpu_log import Adapter, refusal, selected_adapter

LLVMPIPE = (
    "INFO: [gpu_registry.cc:130] Attempting to load GPU accelerator(libLiteRtWebGpuAccelerator.so).\n"
    "I0000 00:00:1795548784.008837    4352 environment.cc:532] Selected adapter: llvmpipe (LLVM 15.0.6, 256 bits), "
    "arch=software, vendor=mesa, backend=Vulkan, adapterType=CPU / Software\n"
)
DISCRETE = "Selected adapter: NVIDIA H100, arch=hopper, vendor=nvidia, backend=Vulkan, adapterType=Discrete GPU\n"
OLD_DRIVER = (
    "Warning: Vulkan shaderUniform*ArrayDynamicIndexing required.\n"
    " - While initializing adapter (backend=BackendType::Vulkan)\n"
    "ERROR: [delegate_webgpu.cc:359] Failed to initialize WebGPU environment: INTERNAL: No adapters found\n"
)
NO_DRIVER = (
    "Warning: vkCreateInstance failed with VK_ERROR_INCOMPATIBLE_DRIVER\n"
    "ERROR: [delegate_webgpu.cc:359] Failed to initialize WebGPU environment: INTERNAL: No adapters found\n"
)


def test_the_adapter_is_named_with_all_its_commas() -> None:
    found = selected_adapter(LLVMPIPE)
    assert found == Adapter("llvmpipe (LLVM 15.0.6, 256 bits)", "Vulkan", "CPU / Software")
    assert found.is_software
    assert "software driver, which computes on the processor" in found.title


def test_a_real_gpu_is_not_software_and_the_last_adapter_counts() -> None:
    found = selected_adapter(LLVMPIPE + DISCRETE)
    assert found == Adapter("NVIDIA H100", "Vulkan", "Discrete GPU")
    assert not found.is_software
    assert found.title == "NVIDIA H100 (Vulkan; Discrete GPU)"


def test_no_adapter_is_none() -> None:
    assert selected_adapter("INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n") is None


def test_an_unsuitable_driver_is_distinguished_from_a_missing_one() -> None:
    assert "lacks what LiteRT's GPU accelerator needs (Vulkan shaderUniform*ArrayDynamicIndexing required)" in str(
        refusal(OLD_DRIVER)
    )
    assert "has no GPU with a driver" in str(refusal(NO_DRIVER))


def test_unsupported_operators_are_named() -> None:
    log = (
        "ERROR: Following operations are not supported by GPU delegate:\nFILL: Operation is not supported.\n"
        "TOPK_V2: Operation is not supported.\n53 operations will run on the GPU, and the remaining 8 operations will "
        "run on the CPU.\n"
    )
    assert refusal(log) == "LiteRT's GPU accelerator does not support this network's operators FILL, TOPK_V2."


def test_operators_that_are_supported_in_part_are_quoted_with_the_reason() -> None:
    log = (
        "ERROR: Following operations are not supported by GPU delegate:\nGATHER: Only support 1D indices\n"
        "5 operations will run on the GPU, and the remaining 1 operations will run on the CPU.\n"
    )
    assert refusal(log) == (
        "LiteRT's GPU accelerator does not support some of this network's operators (GATHER: Only support 1D indices)."
    )


def test_other_errors_are_quoted() -> None:
    assert refusal("ERROR: [x.cc:1] out of memory\n") == "LiteRT's GPU accelerator reports: out of memory."
    assert refusal("all is well\n") is None
