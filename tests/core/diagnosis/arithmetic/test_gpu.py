"""Float16 on a GPU driver in software, in a process of its own."""

import json
import os
import subprocess
import sys

import pytest

from tests.helpers.places import ROOT

PROGRAM = """
import json, sys
from fp16core.diagnosis.diagnosis import diagnose
from fp16core.diagnosis.document import diagnosis_document
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.tflite.model_file import ModelFile
from tests.networks.diagnosis.verdicts import contents
found = [diagnosis_document(diagnose(ModelFile(contents(name), name), DiagnosisOptions(gpu=True)))
         for name in ("squares", "embeddings")]
print(json.dumps(found))
"""


@pytest.mark.slow
def test_a_gpu_breaks_where_the_processor_does_not_and_is_named(mesa: str) -> None:
    """Squares overflow on the GPU; the processor leaves the operators that follow in float32."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "VK_DRIVER_FILES": mesa},
        capture_output=True,
        text=True,
        check=True,
    )
    squares, embeddings = json.loads(done.stdout.splitlines()[-1])
    cpu, gpu = squares["arithmetic"]
    assert (cpu["finding"], gpu["finding"]) == ("nothing found", "breaks")
    assert gpu["device"].startswith("GPU, llvmpipe")
    assert "a software driver" in gpu["device"]
    assert any(delegate.startswith("llvmpipe") for delegate in squares["placement"]["parts"])
    first = next(entry for entry in gpu["operators"] if entry["not_finite"])
    assert (first["operator"], first["tensor"]) == (1, "squared")
    *_, unsupported = embeddings["arithmetic"]
    assert unsupported["finding"] == "unknown"
    assert "GATHER: Only support 1D indices" in unsupported["sentence"]
