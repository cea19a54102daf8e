"""One model, in a process of its own: ``python -m fp16core.bench.diagnosis.one_model diagnose|validate MODEL INPUTS``.

Prints one JSON document: the seconds of the work after all imports, the resident memory before the model is read, and
the outcome in words.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from fp16core.tflite.model_file import ModelFile

_RECIPE = [
    {
        "regex": ".*",
        "operation": "*",
        "algorithm_key": "float_casting",
        "op_config": {
            "weight_tensor_config": {"num_bits": 16, "dtype": "FLOAT"},
            "compute_precision": "FLOAT",
            "explicit_dequantize": True,
        },
    }
]
"""Float16 weights, as LiteRT Quantizer's documentation advises."""


def _diagnosis(model: Path, inputs: Path) -> Callable[[], str]:
    import litert_quantizer.quantizer  # noqa: F401  # a part of the diagnosis imports it only when it is needed

    from fp16core.diagnosis.diagnosis import diagnose
    from fp16core.diagnosis.options import DiagnosisOptions

    return lambda: diagnose(ModelFile(model.read_bytes(), model.name), DiagnosisOptions(inputs=inputs)).sentence


def _validation(model: Path, inputs: Path) -> Callable[[], str]:
    """Quantization to float16, and validation on all samples with all settings as they are by default."""
    from litert_quantizer.quantizer import Quantizer

    def work() -> str:
        quantizer = Quantizer(str(model))
        quantizer.load_quantization_recipe(_RECIPE)
        quantizer.quantize(enable_progress_bar=False, enable_progress_report=False)
        with np.load(inputs) as archive:
            samples = [dict(zip(archive.files, values, strict=True)) for values in zip(*archive.values(), strict=True)]
        found = quantizer.validate({"serving_default": samples}).get_signature_comparison_result("serving_default")
        return f"mean squared error of the outputs: {found.output_tensors}"

    return work


def main(what: str, model: Path, inputs: Path) -> dict[str, Any]:
    """Do the work, and return what is printed."""
    work = {"diagnose": _diagnosis, "validate": _validation}[what](model, inputs)
    resident_bytes, start = psutil.Process().memory_info().rss, time.perf_counter()
    outcome = work()
    return {"seconds": time.perf_counter() - start, "resident_bytes": resident_bytes, "outcome": outcome}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
