"""A plain Streamlit demo of the same models, as such demos usually are: TensorFlow in the server's process.

It follows Streamlit's and TensorFlow's own advice where demos do: the models are a cached resource,
the images and both evaluations are cached data. It evaluates as the LiteRT tutorial does, one image
at a time, draws with plotly.express, and has the contents of three of the dashboard's pages.
It is more careful than most in one respect: visitors take turns at an interpreter, which would break otherwise.
"""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.express as px
import streamlit as st
import tensorflow as tf

DATA = Path(__file__).parents[1] / "fp16core"
FILES = {
    "float32": DATA / "runs" / "bundled" / "mnist_model.tflite",
    "float16": DATA / "runs" / "bundled" / "mnist_model_quant_f16.tflite",
}

st.set_page_config(page_title="MNIST in float16", layout="wide")


@st.cache_resource
def load_model(name: str) -> tuple[Any, threading.Lock]:
    """An interpreter of one of the files, and the lock to hold while using it."""
    interpreter = tf.lite.Interpreter(model_path=str(FILES[name]))
    interpreter.allocate_tensors()
    return interpreter, threading.Lock()


@st.cache_data
def load_images() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Test images and labels."""
    with np.load(DATA / "data" / "mnist.npz") as archive:
        return archive["x_test"], archive["y_test"]


def predict(name: str, image: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The ten logits of one image."""
    interpreter, lock = load_model(name)
    scaled = np.expand_dims(image / 255.0, axis=0).astype(np.float32)
    with lock:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], scaled)
        interpreter.invoke()
        logits: npt.NDArray[np.float32] = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
    return logits


@st.cache_data(show_spinner="Evaluating …")
def evaluate(name: str) -> npt.NDArray[np.float32]:
    """The logits of all test images."""
    images, _ = load_images()
    return np.array([predict(name, image) for image in images])


@st.cache_data
def load_weights(name: str) -> dict[str, npt.NDArray[np.floating]]:
    """Kernels and biases of a file."""
    interpreter = tf.lite.Interpreter(model_path=str(FILES[name]), experimental_preserve_all_tensors=True)
    interpreter.allocate_tensors()
    interpreter.invoke()
    weights = {}
    for tensor in interpreter.get_tensor_details():
        if tensor["dtype"] in (np.float32, np.float16) and np.prod(tensor["shape"]) in (10, 12, 108, 20280):
            weights[str(tuple(tensor["shape"]))] = interpreter.get_tensor(tensor["index"]).astype(np.float32)
    return weights


def overview() -> None:
    """Sizes and accuracies."""
    st.title("Is float16 half the size and just as good?")
    _, labels = load_images()
    logits = {name: evaluate(name) for name in FILES}
    accuracies = {name: float((found.argmax(1) == labels).mean()) for name, found in logits.items()}
    sizes = {name: path.stat().st_size for name, path in FILES.items()}
    columns = st.columns(4)
    columns[0].metric("File size, float16", f"{sizes['float16']:,} B", f"{sizes['float16'] - sizes['float32']:,} B")
    columns[1].metric("Accuracy, float16", f"{accuracies['float16']:.2%}")
    columns[2].metric("Changed answers", int((logits["float32"].argmax(1) != logits["float16"].argmax(1)).sum()))
    columns[3].metric("Largest logit change", f"{np.abs(logits['float16'] - logits['float32']).max():.2e}")
    left, right = st.columns(2)
    table = pd.DataFrame({"model": list(FILES), "bytes": sizes.values(), "accuracy": accuracies.values()})
    left.plotly_chart(px.bar(table, x="model", y="bytes", color="model", title="File size"))
    right.plotly_chart(px.bar(table, x="model", y="accuracy", color="model", title="Accuracy", range_y=[0.9, 1]))
    st.dataframe(table)


def digits() -> None:
    """One image and both answers."""
    st.title("What do both models see in each digit?")
    images, labels = load_images()
    index = st.slider("Image", 0, len(images) - 1, 0, key="image")
    left, right = st.columns(2)
    left.image(images[index], caption=f"A {labels[index]}", width=224)
    start = index // 50 * 50
    left.image(list(images[start : start + 50]), width=48)
    found = []
    for name in FILES:
        logits = predict(name, images[index])
        probabilities = tf.nn.softmax(logits).numpy()
        right.write(f"{name} reads **{logits.argmax()}** ({probabilities.max():.2%} sure)")
        found.append(
            pd.DataFrame({"digit": range(10), "probability": probabilities, "logit": logits}).assign(model=name)
        )
    table = pd.concat(found)
    right.plotly_chart(px.bar(table, x="digit", y="probability", color="model", barmode="group", title="Probabilities"))
    st.plotly_chart(px.bar(table, x="digit", y="logit", color="model", barmode="group", title="Logits"))


def weights() -> None:
    """Histograms of one tensor."""
    st.title("What did rounding do to the weights?")
    both = {name: load_weights(name) for name in FILES}
    tensor = st.selectbox("Tensor", list(both["float32"]), key="tensor")
    reference, target = (both[name][tensor].ravel() for name in FILES)
    st.write(f"{reference.size:,} weights, each rounded by at most {np.abs(target - reference).max():.2e}")
    values = pd.concat(
        [pd.DataFrame({"weight": v, "model": name}) for name, v in zip(FILES, (reference, target), strict=True)]
    )
    left, right = st.columns(2)
    left.plotly_chart(px.histogram(values, x="weight", color="model", nbins=100, barmode="overlay", title="Weights"))
    right.plotly_chart(
        px.histogram(pd.DataFrame({"error": target - reference}), x="error", nbins=100, title="Rounding errors")
    )
    st.dataframe(values.groupby("model").describe())


st.navigation(
    [
        st.Page(overview, title="Overview", default=True),
        st.Page(digits, title="Digits"),
        st.Page(weights, title="Weights"),
    ]
).run()
