"""Training: Keras's own arithmetic with progress events; Keras agrees with the interpreter."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.convert.from_keras import load_keras
from fp16core.data.mnist import load_mnist, normalise
from fp16core.evaluate.comparison import Comparison
from fp16core.runs.pair import BUNDLED, GOOD_NETWORK, load_pair
from fp16core.training.fit import train
from fp16core.training.recipe import LIMITS, USUAL, Recipe, build_network
from fp16core.training.trace import Snapshot, Trace, TrainingStep
from fp16core.vocabulary import ModelFileError, RecipeError
from fp16core.worker.training.epoch import EpochTest
from tests.helpers.networks.oracles import LOGIT_TOLERANCE
from tests.helpers.places import TestSet

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def learned(small_dataset: Path) -> TestSet:
    images, labels = load_mnist("train", small_dataset)
    return images[:500], labels[:500]


class Recording(np.ndarray[Any, np.dtype[np.uint8]]):
    """Images that record the order of their indexing."""

    asked: ClassVar[list[npt.NDArray[np.int64]]] = []

    def __getitem__(self, indices: Any) -> Any:
        self.asked.append(np.array(indices))
        return np.asarray(self)[indices]


@pytest.mark.tensorflow
def test_the_keras_models_logits_are_the_interpreters(comparison: Comparison, test_set: TestSet) -> None:
    """Bundled ``.keras`` file on 2,000 images."""
    model = load_keras(BUNDLED / "mnist_model.keras")
    logits = model.predict(normalise(test_set[0][:2000]), batch_size=500, verbose=0)
    assert np.abs(logits - comparison.reference.logits[:2000]).max() < LOGIT_TOLERANCE


@pytest.mark.tensorflow
def test_training_equals_kerass_own_loop_over_the_same_batches(learned: TestSet) -> None:
    """Two epochs of `train_on_batch` on images scaled in advance give the same weights, bit for bit."""
    import keras

    recipe = Recipe(epochs=2, seed=5, batch_size=48, learning_rate=0.01, filters=4, kernel_size=5, optimizer="rmsprop")
    trained = train(recipe, learned[0].view(Recording), learned[1])
    order = np.concatenate(Recording.asked).reshape(recipe.epochs, 500)
    assert not np.array_equal(*order)
    keras.utils.set_random_seed(recipe.seed)
    network = build_network(recipe.filters, recipe.kernel_size)
    network.compile("rmsprop", keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)
    network.optimizer.learning_rate = recipe.learning_rate
    scaled = normalise(learned[0])
    for indices in order:
        assert sorted(indices) == list(range(500))
        for start in range(0, 500, recipe.batch_size):
            batch = indices[start : start + recipe.batch_size]
            network.train_on_batch(scaled[batch], learned[1][batch])
    for ours, theirs in zip(trained.get_weights(), network.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("error::UserWarning:keras")
@pytest.mark.parametrize(("count", "batch_size"), [(64, 32), (500, 32), (500, 1), (500, 512)])
def test_every_epoch_uses_every_image_once_and_is_reported(learned: TestSet, count: int, batch_size: int) -> None:
    """Also where batches, gathers and calls into the graph do not divide the number of images."""
    events: list[TrainingStep | Snapshot] = []
    ends: list[TrainingStep] = []
    recipe = Recipe(epochs=3, batch_size=batch_size)
    network = train(recipe, learned[0][:count], learned[1][:count], events.append, lambda _, step: ends.append(step))
    steps = [event for event in events if isinstance(event, TrainingStep)]
    snapshots = [event for event in events if isinstance(event, Snapshot)]
    assert network.optimizer.iterations.numpy() == 3 * -(-count // batch_size)
    assert [step.epochs_done for step in ends] == [1, 2, 3]
    assert set(ends) <= set(steps)
    times = [step.epochs_done for step in steps]
    assert times == sorted(set(times))
    assert 3 <= len(steps) <= 3 * 15
    assert [snapshot.epochs_done for snapshot in snapshots] == [0, *times]
    assert all(0 <= step.accuracy <= 1 and step.loss > 0 for step in steps)


@pytest.mark.tensorflow
def test_snapshots_show_the_weights_before_and_after(learned: TestSet) -> None:
    import keras

    events: list[TrainingStep | Snapshot] = []
    recipe = Recipe(seed=3, filters=5, kernel_size=4)
    network = train(recipe, *learned, events.append)
    keras.utils.set_random_seed(recipe.seed)
    untrained = build_network(recipe.filters, recipe.kernel_size)
    trace = Trace()
    for event in events:
        trace = trace.with_message(json.loads(json.dumps(event.message(), allow_nan=False)))
    for seen, model in ((trace.first, untrained), (trace.last, network)):
        assert seen is not None
        kernel, _, dense, _ = model.get_weights()
        assert np.array_equal(seen.kernels, np.stack([kernel[:, :, 0, place] for place in range(5)]))
        for key, weights in (("conv_2d.kernel", kernel), ("fully_connected.weights", dense)):
            found = seen.histograms[key]
            assert np.array_equal(found.counts, np.histogram(weights.astype(np.float64), found.edges)[0])
            assert found.counts.sum() == weights.size
    assert trace.first is not None
    assert len(trace.first.histograms["fully_connected.weights"].counts) in range(16, 33)


@pytest.mark.tensorflow
def test_the_good_network_learns_from_distorted_images_with_a_falling_step_size(learned: TestSet) -> None:
    """Twice the same bits from one seed; the trace shows both convolutions under the converted file's names."""
    recipe = replace(USUAL["good"], epochs=2, seed=5, filters=4)
    events: list[TrainingStep | Snapshot] = []
    network, again = train(recipe, *learned, events.append), train(recipe, *learned)
    layers = [type(layer).__name__ for layer in network.layers]
    assert layers == ["Reshape", "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dropout", "Dense"]
    assert network.count_params() == recipe.parameters == 4 * 10 + 8 * 37 + 10 * (8 * 49 + 1)
    for ours, theirs in zip(network.get_weights(), again.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)
    assert float(network.optimizer.learning_rate) == pytest.approx(recipe.learning_rate / 100)
    other = train(replace(recipe, seed=6), *learned)
    assert not np.array_equal(other.get_weights()[0], network.get_weights()[0])
    last = [event for event in events if isinstance(event, Snapshot)][-1]
    of_the_file = load_pair(GOOD_NETWORK).reference.graph.weights()
    assert [*last.histograms] == [key for key, weights in of_the_file.items() if len(weights.shape) > 1]
    sizes = [weights.size for weights in network.get_weights()[::2]]
    assert [histogram.counts.sum() for histogram in last.histograms.values()] == sizes
    assert last.kernels.shape == (4, 3, 3)


@pytest.mark.tensorflow
def test_an_epochs_result_is_what_keras_itself_finds(learned: TestSet, small_dataset: Path) -> None:
    test = load_mnist("test", small_dataset)
    looked = EpochTest(*test)
    network = train(Recipe(epochs=2), *learned, after_epoch=looked.convert_and_run)
    last = looked.results[-1]
    loss, accuracy = network.evaluate(normalise(test[0]), test[1], verbose=0)
    assert last.reference_loss == pytest.approx(loss, rel=1e-5)
    assert last.reference_accuracy == pytest.approx(accuracy)
    assert [result.number for result in looked.results] == [1, 2]
    assert looked.history()["reference_loss"] == [result.reference_loss for result in looked.results]
    half = network.get_weights()
    network.set_weights([weights.astype(np.float16).astype(np.float32) for weights in half])
    target = network.predict(normalise(test[0]), verbose=0)
    assert np.abs(looked.comparison.target.logits - target).max() < LOGIT_TOLERANCE
    assert last.target_accuracy == pytest.approx((target.argmax(1) == test[1]).mean())


@pytest.mark.tensorflow
def test_diverging_training_is_reported_and_ends_with_a_reason(
    learned: TestSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "learning_rate", (1e-6, 1e30))
    messages: list[dict[str, Any]] = []
    with pytest.raises(
        RecipeError, match=r"^Training diverged after 0\.\d\d epochs: .* learning_rate below 1e\+30 .* than sgd\.$"
    ):
        train(Recipe(learning_rate=1e30, optimizer="sgd"), *learned, lambda event: messages.append(event.message()))
    trace = Trace()
    for message in messages:
        trace = trace.with_message(json.loads(json.dumps(message, allow_nan=False)))
    assert trace.last is not None
    assert math.isnan(trace.steps[-1].loss) or not np.isfinite(trace.last.kernels).all()
    assert "snapshot" in messages[-1]


@pytest.mark.tensorflow
def test_files_that_are_not_keras_models_are_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.keras"
    path.write_text("not a model")
    with pytest.raises(ModelFileError, match=r"notes.keras: Keras cannot load this file"):
        load_keras(path)
