"""Half-precision features of processors, parsed from ``/proc/cpuinfo``."""

import os

from fp16core.runtime.processor import Processor, linux_processor, read_processor

XEON = """processor\t: 0
model name\t: Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz
flags\t\t: fpu sse2 avx2 f16c avx512f avx512_fp16
processor\t: 1
model name\t: Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz
flags\t\t: fpu sse2 avx2 f16c avx512f avx512_fp16
"""
OLD = "processor\t: 0\nmodel name\t: Intel(R) Core(TM)2 Duo\nflags\t\t: fpu sse2\n"
ARM = "processor\t: 0\nFeatures\t: fp asimd fphp asimdhp asimddp\nCPU part\t: 0xd0c\n"


def there(processor: Processor) -> dict[str, bool | None]:
    return {feature.name: feature.is_there for feature in processor.features}


def test_flags_of_x86_are_found() -> None:
    found = linux_processor(XEON, "x86_64", 2)
    assert (found.name, found.cores) == ("Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz", 2)
    assert there(found) == {"AVX2": True, "F16C": True, "AVX512-FP16": True, "AMX-FP16": False}
    assert set(there(linux_processor(OLD, "x86_64", 2)).values()) == {False}


def test_features_of_arm_are_found() -> None:
    found = linux_processor(ARM, "aarch64", 4)
    assert found.name == "aarch64"
    assert there(found) == {"FP16": True, "FP16 vectors": True, "FP16 products": False}


def test_features_that_the_system_does_not_report_are_unknown() -> None:
    assert set(there(linux_processor("processor\t: 0\n", "x86_64", 1)).values()) == {None}


def test_this_machine_has_a_name_and_cores() -> None:
    found = read_processor()
    assert found.name
    assert 1 <= found.cores <= (os.cpu_count() or 1)
    assert len(found.features) >= 3
