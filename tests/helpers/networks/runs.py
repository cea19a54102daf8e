"""Results of files, computed without the code under test, and their signal-to-noise ratio."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from fp16core.diagnosis.cure.magnitudes import magnitudes
from fp16core.diagnosis.cure.rounded import rounded_everywhere
from fp16core.diagnosis.samples import Samples
from fp16core.tflite.model_file import ModelFile

Numbers = npt.NDArray[Any]


def stored_results(model: ModelFile, samples: Samples) -> list[Numbers]:
    """All results of each output, by LiteRT's interpreter, flattened."""
    interpreter = Interpreter(model_content=model.contents, num_threads=1)
    interpreter.allocate_tensors()
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    found: list[list[Numbers]] = [[] for _ in outputs]
    for place in range(len(samples)):
        interpreter.reset_all_variables()
        for detail in inputs:
            interpreter.set_tensor(detail["index"], samples.arrays[detail["name"]][place])
        interpreter.invoke()
        for values, detail in zip(found, outputs, strict=True):
            values.append(interpreter.get_tensor(detail["index"]).ravel())
    return [np.concatenate(values) for values in found]


def rounded_results(model: ModelFile, samples: Samples) -> list[Numbers]:
    """The same of the file that rounds all it computes to float16."""
    return stored_results(rounded_everywhere(model, magnitudes(model, samples).shapes), samples)


def snr_db(expected: Sequence[Numbers], found: Sequence[Numbers]) -> float:
    """Ratio of the worst output; minus infinity if a result is not finite."""
    ratios = []
    for true, got in zip(expected, found, strict=True):
        noise = np.square(got.astype(np.float64) - true.astype(np.float64)).sum()
        if not np.isfinite(noise):
            return -np.inf
        ratios.append(np.inf if noise == 0 else 10 * np.log10(np.square(true.astype(np.float64)).sum() / noise))
    return float(min(ratios))
