"""Ranges of operators against the same networks in NumPy, in float64."""

import numpy as np
import pytest

from fp16core.diagnosis.diagnosis import diagnose
from fp16core.diagnosis.inputs.build import build_samples
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.tflite.model_file import ModelFile
from tests.networks.diagnosis.networks import NETWORKS
from tests.networks.diagnosis.verdicts import RIGHT, contents


@pytest.mark.parametrize("name", RIGHT)
def test_ranges_equal_those_of_float64(name: str) -> None:
    options = DiagnosisOptions(ranges=RIGHT[name].ranges)
    model = ModelFile(contents(name), name)
    samples = build_samples(model, options)
    graph = NETWORKS[name]()
    computed = [graph.computed(dict(zip(samples.arrays, samples[place], strict=True))) for place in range(len(samples))]
    for entry in diagnose(model, options).range.operators:
        values = np.stack([np.broadcast_to(found[entry.tensor], computed[0][entry.tensor].shape) for found in computed])
        largest = np.abs(values).max()
        assert entry.low == pytest.approx(values.min(), abs=1e-4 * largest)
        assert entry.high == pytest.approx(values.max(), abs=1e-4 * largest)
        if not entry.intermediate:
            assert entry.overflows == (largest >= 65_520)
            assert np.abs(values[entry.sample]).max() == pytest.approx(largest, rel=1e-4)
