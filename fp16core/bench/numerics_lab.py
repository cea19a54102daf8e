"""Timing of the numerics lab: a setting of the precision dial, and the proof for all test images."""

import statistics

import ml_dtypes
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from fp16core.bench.measures import Duration, Ratio, ratio_of, timed
from fp16core.bench.tutorial import evaluate_one_at_a_time
from fp16core.data import mnist
from fp16core.data.mnist import load_mnist
from fp16core.evaluate.comparison import compare
from fp16core.lab.dial import measure_format
from fp16core.lab.guarantee import guarantee
from fp16core.numerics.formats import PRESETS
from fp16core.numerics.weight_rounding import rounding_errors
from fp16core.runs import pair as pairs
from fp16core.runs.pair import load_pair
from fp16core.tflite.replace import replace_weights
from fp16core.training.recipe import Progress

_FORMAT = "bfloat16"
_GOAL_MS = 2_000


def measure_lab(repeats: int, report: Progress) -> list[Ratio | Duration]:
    """A format on the dial, against ml_dtypes' cast and the notebook's loop on the same runtime; then the proof."""
    pair = load_pair(pairs.BUNDLED)
    images, labels = load_mnist("test", mnist.BUNDLED)
    scaled = images / 255.0
    reference = compare(pair, images, labels).reference

    def by_hand() -> None:
        weights = pair.reference.graph.weights()
        rounded = {k: t.values.astype(ml_dtypes.bfloat16).astype(np.float32) for k, t in weights.items()}
        interpreter = Interpreter(model_content=replace_weights(pair.reference, rounded).contents)
        interpreter.allocate_tensors()
        evaluate_one_at_a_time(interpreter, scaled, labels)

    theirs, ours, proofs = [], [], []
    for repeat in range(repeats + 1):
        report(f"weights in {_FORMAT}, on 10,000 images", repeat / (repeats + 1))
        loop = timed(by_hand)
        dial = timed(lambda: measure_format(pair, PRESETS[_FORMAT], images, reference))
        report("proving answers", (repeat + 0.5) / (repeats + 1))
        proof = timed(lambda: guarantee(pair, rounding_errors(pair), images, reference))
        if repeat:  # the first round warms up
            theirs.append(loop)
            ours.append(dial)
            proofs.append(proof)
    return [
        ratio_of(
            "a setting of the precision dial, against a cast and the tutorial's loop", None, theirs, ours, 1e3, "ms"
        ),
        Duration("a setting of the precision dial, 10,000 images", statistics.median(ours) * 1e3, _GOAL_MS, repeats),
        Duration("the proof, 10,000 images", statistics.median(proofs) * 1e3, None, repeats),
    ]
