"""The models that ship as examples (`fp16core.diagnosis.examples`): like the networks here, but of a model's size."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tests.helpers.networks.graphs import Graph

Floats = npt.NDArray[np.float32]


def _bell(seed: int, rows: int, columns: int, scale: float = 1.0) -> Floats:
    """A matrix of nearly normal numbers that neither grow nor shrink what it multiplies, times scale."""
    sums = np.random.default_rng(seed).integers(-500, 501, (4, rows, columns)).sum(axis=0)
    return np.asarray(sums / (500 * np.sqrt(4 / 3)) * scale / np.sqrt(columns), np.float32)


def _offsets(seed: int, size: int, scale: float) -> Floats:
    return (np.random.default_rng(seed).integers(-500, 501, size) / 500 * scale).astype(np.float32)


class _Part:
    """A graph with names and seeds that count up."""

    def __init__(self) -> None:
        self.graph, self._count = Graph(), 0

    def dense(self, name: str, given: int, outputs: int, scale: float = 1.0, activation: str = "NONE") -> int:
        inputs = self.graph.values[given].shape[-1]
        weights = _bell(self._seed(), outputs, inputs, scale)
        shift = _offsets(self._seed(), outputs, 0.1 * scale)
        return self.graph.dense(name, given, weights, shift, activation)

    def _seed(self) -> int:
        self._count += 1
        return self._count


TOKENS, WIDTH = 16, 32


def _attention(part: _Part, name: str, given: int, far: int) -> int:
    graph = part.graph
    queries, keys = part.dense(f"{name}/queries", given, WIDTH), part.dense(f"{name}/keys", given, WIDTH)
    products = graph.add("BATCH_MATMUL", f"{name}/products", queries, keys, transposed=True)
    scores = graph.add("MUL", f"{name}/scores", products, graph.constant(f"{name}/scale", 1 / np.sqrt(WIDTH)))
    shares = graph.add("SOFTMAX", f"{name}/shares", graph.add("ADD", f"{name}/masked", scores, far))
    values = part.dense(f"{name}/values", given, WIDTH)
    mixed = graph.add("BATCH_MATMUL", f"{name}/mixed", shares, values, transposed=False)
    after = graph.add("ADD", f"{name}/attended", given, part.dense(f"{name}/projected", mixed, WIDTH))
    hidden = part.dense(f"{name}/hidden", after, 2 * WIDTH, activation="RELU")
    return graph.add("ADD", f"{name}/result", after, part.dense(f"{name}/back", hidden, WIDTH))


def mask() -> Graph:
    """Two blocks of a transformer whose mask is (1 − keep) · −1e30."""
    part = _Part()
    graph = part.graph
    tokens, keep = graph.input("tokens", (1, TOKENS, WIDTH)), graph.input("keep", (1, 1, TOKENS))
    causal = graph.constant("mask/causal", np.tril(np.ones((1, TOKENS, TOKENS), np.float32)))
    visible = graph.add("MUL", "mask/visible", causal, keep)
    hidden = graph.add("SUB", "mask/hidden", graph.constant("mask/one", 1.0), visible)
    far = graph.add("MUL", "mask/far", hidden, graph.constant("mask/minus_1e30", -1e30))
    result = _attention(part, "block_2", _attention(part, "block_1", tokens, far), far)
    pooled = graph.add("MEAN", "pooled", result, graph.constant("token_axis", [1], "int32"))
    flat = graph.add("RESHAPE", "flat", pooled, graph.constant("flat_shape", [1, WIDTH], "int32"))
    graph.outputs = [part.dense("logits", flat, 10, scale=3.0)]
    return graph


FEATURES = 64


def _rms_norm(part: _Part, name: str, given: int) -> int:
    graph = part.graph
    squared = graph.add("MUL", f"{name}/squared", given, given)
    mean = graph.add("MEAN", f"{name}/mean_square", squared, graph.constant(f"{name}/axis", [-1], "int32"))
    shifted = graph.add("ADD", f"{name}/shifted", mean, graph.constant(f"{name}/epsilon", 1e-6))
    normed = graph.add("MUL", f"{name}/normed", given, graph.add("RSQRT", f"{name}/factor", shifted))
    gain = 1 + _offsets(len(name), graph.values[given].shape[-1], 0.1)
    return graph.add("MUL", f"{name}/scaled", normed, graph.constant(f"{name}/gain", gain))


def rms_norm() -> Graph:
    """Two RMSNorms of activations of some hundreds, as the residual streams of large language models have them."""
    part = _Part()
    graph = part.graph
    given = graph.input("features", (1, FEATURES))
    weights, shift = _bell(100, FEATURES, FEATURES, 100.0), _offsets(101, FEATURES, 20.0)
    shift[[7, 40]] = 600, -800  # two features far larger than all others
    stream = graph.dense("stream", given, weights, shift)
    hidden = part.dense("hidden", _rms_norm(part, "norm_1", stream), FEATURES, activation="RELU")
    after = graph.add("ADD", "after", stream, part.dense("back", hidden, FEATURES, scale=50.0))
    graph.outputs = [part.dense("logits", _rms_norm(part, "norm_2", after), 10, scale=3.0)]
    return graph


def large_weights() -> Graph:
    """Four layers, of which the third multiplies small activations by weights of up to 120,000."""
    part = _Part()
    graph = part.graph
    given = graph.input("features", (1, FEATURES))
    first = part.dense("first", given, FEATURES, activation="RELU")
    small = part.dense("small", first, FEATURES, scale=1 / 512, activation="RELU")
    weights = _bell(200, 48, FEATURES, 2_048.0)
    weights[5, 12], weights[17, 3], weights[30, 60], weights[41, 33] = 120_000, -95_000, 88_000, 67_000
    large = graph.dense("large", small, weights, _offsets(201, 48, 0.1))
    graph.outputs = [part.dense("logits", large, 10)]
    return graph


EXAMPLES: dict[str, Callable[[], Graph]] = {"mask": mask, "rms_norm": rms_norm, "large_weights": large_weights}
"""By the key of `fp16core.diagnosis.examples`."""
