"""A cure measured where it matters: a GPU that computes in float16, here one in software."""

import json
import os
import subprocess
import sys

from tests.helpers.places import ROOT

PROGRAM = """
import json
from fp16core.diagnosis.cure.cure import cured
from fp16core.diagnosis.examples import EXAMPLES
from fp16core.diagnosis.inputs.build import build_samples
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.runtime.execution_mode import ExecutionMode

model = next(example for example in EXAMPLES if example.key == "rms_norm").model()
samples = build_samples(model, DiagnosisOptions())
result = cured(model, samples, DiagnosisOptions(), {"GPU": ExecutionMode.GPU_FLOAT16})
print(json.dumps([(step.kind, step.disease, step.is_kept, dict(step.devices)) for step in result.cure.steps]))
"""


def test_an_rms_norm_that_is_noise_on_a_gpu_is_right_after_rescaling(mesa: str) -> None:
    """The device-independent picture foretells the GPU: noise before, right after."""
    environment = {**os.environ, "VK_DRIVER_FILES": mesa}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    steps = json.loads(done.stdout.splitlines()[-1])
    untreated = next(devices for kind, disease, _, devices in steps if (kind, disease) == ("none", "arithmetic"))
    *_, (kind, _, _, cured) = steps
    assert kind == "together"
    assert {*untreated} == {*cured} >= {"GPU"}
    assert max(untreated.values()) < 10
    assert min(cured.values()) > 50
    assert [kind for kind, disease, is_kept, _ in steps if is_kept and kind != "together"] == ["rescale"]
