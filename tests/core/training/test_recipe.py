"""Recipes, and the network that they describe."""

import dataclasses
import json

import numpy as np
import pytest

from fp16core.convert.from_keras import convert_keras, load_keras
from fp16core.convert.quantizer import quantize_tflite
from fp16core.convert.to_keras import rebuild_keras
from fp16core.data.mnist import load_mnist, normalise
from fp16core.runs.pair import BUNDLED
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.model_file import ModelFile
from fp16core.training.recipe import LIMITS, OPTIMIZERS, TUTORIAL, Recipe, build_network
from fp16core.vocabulary import ModelFileError, RecipeError
from tests.helpers.networks.oracles import LOGIT_TOLERANCE


@pytest.mark.parametrize("name", LIMITS)
def test_settings_at_their_limits_are_accepted_and_others_named(name: str) -> None:
    low, high = LIMITS[name]
    for value in (low, high):
        assert getattr(Recipe.from_dict({name: value}), name) == value
    for value in (low - 1, high + 1, float("nan"), "3", None, True):
        with pytest.raises(RecipeError, match=rf"{name} is .*; expected a (whole )?number from [\d.]+ to [\d,.]+\.$"):
            Recipe.from_dict({name: value})


def test_what_is_wrong_is_named_with_what_is_expected() -> None:
    with pytest.raises(RecipeError, match=r"^epochs is 0; expected a whole number from 1 to 1,000\.$"):
        Recipe(epochs=0)
    with pytest.raises(RecipeError, match=r"^learning_rate is 11\.0; expected a number from 0\.000001 to 10\.$"):
        Recipe(learning_rate=11.0)
    with pytest.raises(RecipeError, match=r"^optimizer is 'lbfgs'; expected one of adam, adamw, .*sgd\.$"):
        Recipe(optimizer="lbfgs")
    with pytest.raises(RecipeError, match=r"^network is 'best'; expected one of tutorial, good\.$"):
        Recipe(network="best")
    with pytest.raises(RecipeError, match=r"^a recipe has no setting 'momentum'; choose from epochs, seed, "):
        Recipe.from_dict({"momentum": 0.9})


def test_a_recipe_survives_json_and_missing_settings_are_the_tutorials() -> None:
    recipe = Recipe(3, 7, 64, 1, 5, 2, "sgd", "good")
    assert Recipe.from_dict(json.loads(json.dumps(dataclasses.asdict(recipe)))) == recipe
    assert isinstance(recipe.learning_rate, float)
    assert Recipe.from_dict({"epochs": 1, "seed": 0, "batch_size": 32}) == Recipe() == TUTORIAL


@pytest.mark.tensorflow
@pytest.mark.slow
def test_the_network_is_the_tutorials() -> None:
    model = load_keras(BUNDLED / "mnist_model.keras")
    layers = [type(layer).__name__ for layer in model.layers]
    assert layers == ["Reshape", "Conv2D", "MaxPooling2D", "Flatten", "Dense"]
    assert model.count_params() == TUTORIAL.parameters == 20_410
    assert type(model.optimizer).__name__ == "Adam"
    assert float(model.optimizer.learning_rate) == pytest.approx(TUTORIAL.learning_rate)
    assert type(model.optimizer).__name__.lower() == TUTORIAL.optimizer


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_is_one_of_keras(name: str) -> None:
    import keras

    made = keras.optimizers.get({"class_name": name, "config": {"learning_rate": 0.5}})
    assert type(made).__name__.lower() == name
    assert float(made.learning_rate) == 0.5


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize(("filters", "size"), [(1, 1), (64, 1), (12, 3), (5, 2), (1, 9), (3, 8), (70, 4)])
def test_networks_of_any_filters_convert_both_ways_and_are_rebuilt(filters: int, size: int) -> None:
    """Random weights; even and odd kernel sizes leave odd and even numbers of rows for pooling."""
    images = normalise(load_mnist("test")[0][:40])
    network = build_network(filters, size)
    if filters <= LIMITS["filters"][1]:
        assert network.count_params() == Recipe(filters=filters, kernel_size=size).parameters
    random = np.random.default_rng(filters)
    network.set_weights([random.normal(0, 0.05, w.shape).astype(np.float32) for w in network.get_weights()])
    reference, target = map(ModelFile, convert_keras(network))
    expected = network(images).numpy()
    assert np.abs(Classifier(reference).logits(images) - expected).max() < LOGIT_TOLERANCE
    rebuilt = rebuild_keras(reference)
    assert all(np.array_equal(a, b) for a, b in zip(rebuilt.get_weights(), network.get_weights(), strict=True))
    kernel = network.get_weights()[0].transpose(3, 0, 1, 2)
    for half in (target, quantize_tflite(reference)):
        assert np.array_equal(half.graph.weights()["conv_2d.kernel"].values, kernel.astype(np.float16))


@pytest.mark.tensorflow
@pytest.mark.slow
def test_other_networks_are_not_rebuilt() -> None:
    import keras

    network = keras.Sequential(
        [
            keras.layers.InputLayer(shape=(28, 28)),
            keras.layers.Reshape((28, 28, 1)),
            keras.layers.Conv2D(4, (3, 5), activation="relu"),
            keras.layers.MaxPooling2D((2, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )
    with pytest.raises(ModelFileError, match="odd is not the tutorial's network in float32"):
        rebuild_keras(ModelFile(convert_keras(network)[0], "odd"))
