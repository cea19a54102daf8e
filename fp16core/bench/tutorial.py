"""The tutorial's notebook: the baseline of every ratio.

``python -m fp16core.bench.tutorial evaluate|train`` does the same as the notebook, with
TensorFlow, in a process of its own, and prints one JSON document.
"""

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.data.mnist import load_mnist
from fp16core.redirection import redirected_output
from fp16core.runs.pair import load_pair
from fp16core.training.recipe import build_network


def evaluate_one_at_a_time(interpreter: Any, images: npt.NDArray[np.floating], labels: npt.NDArray[np.uint8]) -> float:
    """The notebook's evaluation: one image, one ``invoke``, one ``argmax`` at a time.

    Parameters
    ----------
    interpreter
        An allocated interpreter with batch size 1.
    images : float64 or float32, shape (n, 28, 28)
    labels : uint8, shape (n,)

    Returns
    -------
    float
        Accuracy.
    """
    input_index = interpreter.get_input_details()[0]["index"]
    output_index = interpreter.get_output_details()[0]["index"]
    digits = []
    for image in images:
        interpreter.set_tensor(input_index, np.expand_dims(image, axis=0).astype(np.float32))
        interpreter.invoke()
        digits.append(np.argmax(interpreter.get_tensor(output_index)[0]))
    return float((np.array(digits) == labels).mean())


def main(what: str) -> None:
    """Do one part of the notebook, and print its time and results."""
    import tensorflow as tf

    # The converter prints as well.
    with tempfile.TemporaryFile() as log, redirected_output(log):
        answer = _evaluate(tf) if what == "evaluate" else _train(tf)
    print(json.dumps(answer))


def _evaluate(tf: Any) -> dict[str, Any]:
    """The bundled pair on the test images."""
    pair = load_pair()
    images, labels = load_mnist("test")
    return {"accuracies": _accuracies(tf, [model.contents for model in pair.files], images / 255.0, labels)}


def _train(tf: Any) -> dict[str, Any]:
    """Everything from the scaling of the images to the evaluation of both converted models."""
    train_images, train_labels = load_mnist("train")
    test_images, test_labels = load_mnist("test")
    start = time.perf_counter()
    scaled_train = train_images / 255.0
    scaled_test = test_images / 255.0
    model = build_network()
    model.compile(
        optimizer="adam",
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(scaled_train, train_labels, epochs=1, validation_data=(scaled_test, test_labels), verbose=0)
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    tflite_model = converter.convert()
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    tflite_fp16_model = converter.convert()
    accuracies = _accuracies(tf, (tflite_model, tflite_fp16_model), scaled_test, test_labels)
    return {"seconds": time.perf_counter() - start, "accuracy": accuracies[0]}


def _accuracies(
    tf: Any, models: Sequence[bytes], images: npt.NDArray[np.float64], labels: npt.NDArray[np.uint8]
) -> list[float]:
    accuracies = []
    for model in models:
        interpreter = tf.lite.Interpreter(model_content=model)
        interpreter.allocate_tensors()
        accuracies.append(evaluate_one_at_a_time(interpreter, images, labels))
    return accuracies


if __name__ == "__main__":
    main(sys.argv[1])
