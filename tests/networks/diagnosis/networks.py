"""Networks that break in float16, or do not, in the ways that public reports describe; each small enough to read."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tests.helpers.networks.graphs import LEFT_OUT, Graph

Floats = npt.NDArray[np.float32]


def _weights(seed: int, *shape: int, scale: float = 1.0, steps: int = 61) -> Floats:
    """Numbers up to ±scale in steps of scale / steps: few of them are float16 numbers, unless steps is a power of 2."""
    return (np.random.default_rng(seed).integers(-steps, steps + 1, shape) / steps * scale).astype(np.float32)


TOKENS, WIDTH = 8, 16

CAUSAL = np.tril(np.ones((1, TOKENS, TOKENS), np.float32))
"""1 where a token may look at another: at itself and those before it."""


def _scores(graph: Graph, tokens: int) -> int:
    """Products of queries and keys, scaled by 1/√width."""
    queries = graph.dense("queries", tokens, _weights(1, WIDTH, WIDTH, scale=0.5))
    keys = graph.dense("keys", tokens, _weights(2, WIDTH, WIDTH, scale=0.5))
    products = graph.add("BATCH_MATMUL", "products", queries, keys, transposed=True)
    return graph.add("MUL", "scores", products, graph.constant("scale", 0.25))


def _attended(graph: Graph, tokens: int, masked: int) -> int:
    """The answer of attention: tokens mixed by the softmax of their scores."""
    values = graph.dense("values", tokens, _weights(3, WIDTH, WIDTH, scale=0.5))
    shares = graph.add("SOFTMAX", "shares", masked)
    mixed = graph.add("BATCH_MATMUL", "mixed", shares, values, transposed=False)
    return graph.dense("answer", mixed, _weights(4, 4, WIDTH, scale=0.5), 0.5)


def mask_1e30() -> Graph:
    """(1 − mask) · −1e30, as attention computes it at run time: 0 · −∞ is NaN in float16."""
    graph = Graph()
    tokens, keep = graph.input("tokens", (1, TOKENS, WIDTH)), graph.input("keep", (1, 1, TOKENS))
    visible = graph.add("MUL", "visible", graph.constant("causal", CAUSAL), keep)
    hidden = graph.add("SUB", "hidden", graph.constant("one", 1.0), visible)
    far = graph.add("MUL", "far", hidden, graph.constant("minus_1e30", -1e30))
    masked = graph.add("ADD", "masked", _scores(graph, tokens), far)
    graph.outputs = [_attended(graph, tokens, masked)]
    return graph


def mask_1e9() -> Graph:
    """A constant causal mask of −1e9 is −∞ in float16, and softmax gives 0 for both."""
    graph = Graph()
    tokens = graph.input("tokens", (1, TOKENS, WIDTH))
    mask = graph.constant("mask", (1 - CAUSAL) * np.float32(-1e9))
    masked = graph.add("ADD", "masked", _scores(graph, tokens), mask)
    graph.outputs = [_attended(graph, tokens, masked)]
    return graph


def squares() -> Graph:
    """RMSNorm of activations of some hundreds: their squares are beyond the range, the result is not."""
    graph = Graph()
    given = graph.input("features", (1, WIDTH))
    large = graph.dense("large", given, _weights(5, 32, WIDTH, scale=512.0), 400.0)
    squared = graph.add("MUL", "squared", large, large)
    mean = graph.add("MEAN", "mean_square", squared, graph.constant("last_axis", [-1], "int32"))
    shifted = graph.add("ADD", "shifted", mean, graph.constant("epsilon", 1e-6))
    factor = graph.add("RSQRT", "factor", shifted)
    normed = graph.add("MUL", "normed", large, factor)
    graph.outputs = [graph.dense("answer", normed, _weights(6, 4, 32, scale=0.5), 0.5)]
    return graph


def block_sum() -> Graph:
    """A SUM over a picture, divided by its size afterwards: the sum is beyond the range, the mean is not."""
    graph = Graph()
    given = graph.input("image", (1, 64, 64, 1))
    kernel = graph.constant("kernel", _weights(7, 2, 1, 1, 1, scale=8.0))
    maps = graph.add("CONV_2D", "maps", given, kernel, graph.constant("bias", [60.0, 40.0]), activation="RELU")
    total = graph.add("SUM", "total", maps, graph.constant("image_axes", [1, 2], "int32"))
    mean = graph.add("MUL", "mean", total, graph.constant("per_pixel", 1 / 4096))
    flat = graph.add("RESHAPE", "flat", mean, graph.constant("flat_shape", [1, 2], "int32"))
    graph.outputs = [graph.dense("answer", flat, _weights(8, 4, 2))]
    return graph


def _normalised(graph: Graph, given: int, axes: list[int], epsilon: float) -> int:
    """Values minus their mean, divided by their standard deviation."""
    over = graph.constant("axes", axes, "int32")
    mean = graph.add("MEAN", "mean", given, over)
    distances = graph.add("SQUARED_DIFFERENCE", "distances", given, mean)
    variance = graph.add("MEAN", "variance", distances, over)
    shifted = graph.add("ADD", "shifted", variance, graph.constant("epsilon", epsilon))
    factor = graph.add("RSQRT", "factor", shifted)
    return graph.add("MUL", "normed", graph.add("SUB", "centred", given, mean), factor)


def layer_norm() -> Graph:
    """LayerNorm with an epsilon of 1e-6, which is subnormal: fine, unless hardware flushes such numbers to 0."""
    graph = Graph()
    given = graph.input("features", (1, WIDTH))
    hidden = graph.dense("hidden", given, _weights(9, 32, WIDTH, scale=0.5))
    normed = _normalised(graph, hidden, [-1], 1e-6)
    graph.outputs = [graph.dense("answer", normed, _weights(10, 4, 32, scale=0.5), 0.5)]
    return graph


def instance_norm() -> Graph:
    """InstanceNorm with an epsilon of 1e-8, which is 0 in float16: NaN on any constant image."""
    graph = Graph()
    given = graph.input("image", (1, 12, 12, 3))
    # Sums of a constant image are exact, so that their variance is 0, not the square of some rounding errors.
    exact = _weights(11, 4, 3, 3, 3, scale=0.5, steps=64)
    kernel, bias = graph.constant("kernel", exact), graph.constant("bias", [0.25] * 4)
    maps = graph.add("CONV_2D", "maps", given, kernel, bias, activation="NONE")
    normed = _normalised(graph, maps, [1, 2], 1e-8)
    weights, added = graph.constant("answer_kernel", _weights(12, 2, 1, 1, 4)), graph.constant("answer_bias", [0.5] * 2)
    graph.outputs = [graph.add("CONV_2D", "answer", normed, weights, added, activation="NONE")]
    return graph


DEAD = 2
"""The channel that is always 0."""


def batch_norm() -> Graph:
    """A BatchNorm of a channel that is always 0, folded into a factor of 1/√1e-12: 0 · ∞ is NaN in float16."""
    graph = Graph()
    given = graph.input("image", (1, 12, 12, 3))
    weights, shift = _weights(13, 4, 3, 3, 3, scale=0.5), np.full(4, 0.25, np.float32)
    weights[DEAD], shift[DEAD] = 0, -1
    kernel, bias = graph.constant("kernel", weights), graph.constant("bias", shift)
    maps = graph.add("CONV_2D", "maps", given, kernel, bias, activation="RELU")
    factors = np.array([1.5, 0.75, 1.25, 2.0], np.float32)
    factors[DEAD] = 1e6
    scaled = graph.add("MUL", "scaled", maps, graph.constant("factors", factors))
    normed = graph.add("ADD", "normed", scaled, graph.constant("offsets", [0.5, -0.5, 0.25, 0.0]))
    means = graph.add("MEAN", "means", normed, graph.constant("image_axes", [1, 2], "int32"))
    flat = graph.add("RESHAPE", "flat", means, graph.constant("flat_shape", [1, 4], "int32"))
    graph.outputs = [graph.dense("answer", flat, _weights(14, 4, 4))]
    return graph


ROWS = 50
"""Rows of the table of embeddings."""


def embeddings() -> Graph:
    """Two inputs: integers, which are rows of a table, and features beside them."""
    graph = Graph()
    words, features = graph.input("words", (1, TOKENS), "int32"), graph.input("features", (1, 4))
    vectors = graph.add("GATHER", "vectors", graph.constant("table", _weights(15, ROWS, WIDTH)), words)
    mean = graph.add("MEAN", "mean", vectors, graph.constant("token_axis", [1], "int32"))
    flat = graph.add("RESHAPE", "flat", mean, graph.constant("flat_shape", [1, WIDTH], "int32"))
    both = graph.add("CONCATENATION", "both", flat, features)
    hidden = graph.dense("hidden", both, _weights(16, 32, WIDTH + 4, scale=0.5), 0.25, "RELU")
    graph.outputs = [graph.dense("answer", hidden, _weights(17, 4, 32, scale=0.5))]
    return graph


UNITS = 6


def lstm() -> Graph:
    """An LSTM as converters write it: one operator with 24 operands, two of which keep a state."""
    graph = Graph()
    given = graph.input("sequence", (1, TOKENS, 5))
    weights = [graph.constant(f"w{gate}", _weights(18 + gate, UNITS, 5)) for gate in range(4)]
    recurrent = [graph.constant(f"r{gate}", _weights(22 + gate, UNITS, UNITS, scale=0.5)) for gate in range(4)]
    biases = [graph.constant(f"b{gate}", _weights(26 + gate, UNITS)) for gate in range(4)]
    states = [graph.state("hidden", (1, UNITS)), graph.state("cell", (1, UNITS))]
    unused = [LEFT_OUT]  # peepholes, projection and normalisation
    operands = [given, *weights, *recurrent, *unused * 3, *biases, *unused * 2, *states, *unused * 4]
    sequence = graph.add("UNIDIRECTIONAL_SEQUENCE_LSTM", "states", *operands)
    graph.outputs = [graph.dense("answer", sequence, _weights(30, 4, UNITS))]
    return graph


def loop() -> Graph:
    """A recurrent cell in a WHILE operator, whose body no look at the main graph shows."""
    condition, body = Graph(), Graph()
    for name, part in (("condition", condition), ("body", body)):  # LiteRT Quantizer wants each name once in a file
        part.input(f"{name}_step", (), "int32")
        part.input(f"{name}_state", (1, UNITS))
    condition.outputs = [condition.add("LESS", "goes_on", 0, condition.constant("steps", TOKENS, "int32"))]
    following = body.add("ADD", "next_step", 0, body.constant("increment", 1, "int32"))
    sums = body.dense("sums", 1, _weights(31, UNITS, UNITS), 0.125)
    body.outputs = [following, body.add("TANH", "next_state", sums)]
    graph = Graph()
    given = graph.input("features", (1, 5))
    first = graph.dense("first", given, _weights(32, UNITS, 5))
    _, last = graph.repeat(condition, body, graph.constant("zero", 0, "int32"), first)
    graph.outputs = [graph.dense("answer", last, _weights(33, 4, UNITS))]
    return graph


def passthrough() -> Graph:
    """A network that hands on its input as one of its outputs."""
    graph = Graph()
    given = graph.input("features", (1, WIDTH))
    hidden = graph.dense("hidden", given, _weights(34, 8, WIDTH, scale=0.5), activation="RELU")
    graph.outputs = [given, graph.dense("answer", hidden, _weights(35, 4, 8))]
    return graph


def old_codes() -> Graph:
    """An ordinary network; its file has operator codes in the old place only."""
    graph = Graph()
    given = graph.input("image", (1, 12, 12, 3))
    kernel, bias = graph.constant("kernel", _weights(36, 8, 3, 3, 3, scale=0.5)), graph.constant("bias", [0.25] * 8)
    maps = graph.add("CONV_2D", "maps", given, kernel, bias, activation="RELU")
    means = graph.add("MEAN", "means", maps, graph.constant("image_axes", [1, 2], "int32"))
    flat = graph.add("RESHAPE", "flat", means, graph.constant("flat_shape", [1, 8], "int32"))
    hidden = graph.dense("hidden", flat, _weights(37, 64, 8), activation="RELU")
    graph.outputs = [graph.dense("answer", hidden, _weights(38, 4, 64, scale=0.25))]
    return graph


def large_weights() -> Graph:
    """Weights of up to 100,000 on activations of at most some hundredths: only the weights are beyond the range."""
    graph = Graph()
    given = graph.input("features", (1, WIDTH))
    small = graph.dense("small", given, _weights(39, 16, WIDTH, scale=1 / 512), activation="RELU")
    weights = _weights(40, 16, 16, scale=16_384.0)
    weights[3, 5], weights[7, 2], weights[11, 9] = 100_000, -80_000, 70_000
    large = graph.dense("large", small, weights)
    graph.outputs = [graph.dense("answer", large, _weights(41, 4, 16, scale=1 / 64))]
    return graph


NETWORKS: dict[str, Callable[[], Graph]] = {
    build.__name__: build
    for build in (
        mask_1e30,
        mask_1e9,
        squares,
        block_sum,
        layer_norm,
        instance_norm,
        batch_norm,
        embeddings,
        lstm,
        loop,
        passthrough,
        old_codes,
        large_weights,
    )
}
"""By name."""
