"""Results that are the same in every test that drives pages, measured in the first of them alone."""

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import ParamSpec, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pytest
from streamlit.components.v2 import manifest_scanner

from fp16core.lab import guarantee
from fp16core.tflite.chain import Layer
from fp16core.tflite.model_file import ModelPair
from fp16core.workbench import measures, workbench
from pages.shared.digit import readings

P = ParamSpec("P")
R = TypeVar("R")

_MEASURED: dict[object, object] = {}


def remembered(measure: Callable[P, R], key: Callable[..., object]) -> Callable[P, R]:
    """The same function, which measures once for all tests what has the same key."""

    @functools.wraps(measure)
    def measure_once(*args: P.args, **kwargs: P.kwargs) -> R:
        asked = measure.__name__, key(*args, **kwargs)
        if asked not in _MEASURED:
            _MEASURED[asked] = measure(*args, **kwargs)
        return cast(R, _MEASURED[asked])

    return measure_once


def same(pair: ModelPair, images: npt.NDArray[np.uint8]) -> object:
    """Key of a pair on the first of the test images; tests with images of their own have other numbers of them."""
    return pair.reference.contents, pair.target.contents, len(images), hash(images[-1].tobytes())


def digest(*parts: object) -> str:
    """Digest of plain values, and of arrays with all their bytes."""
    found = hashlib.sha256()
    for part in parts:
        found.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
        found.update(repr(getattr(part, "shape", None)).encode())
    return found.hexdigest()


def of_bounds(layers: Sequence[Layer], errors: Mapping[str, object], images: object, *arithmetic: object) -> str:
    """Key of bounds on the logits."""
    network = (part for layer in layers for part in (layer, layer.weights, layer.bias))
    return digest(*network, *errors, *errors.values(), images, *arithmetic)


@pytest.fixture(autouse=True)
def what_never_changes_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with cold caches, and each page with both models on 10,000 images; a map has 168 formats."""

    def once(module: ModuleType, name: str, key: Callable[..., object]) -> None:
        monkeypatch.setattr(module, name, remembered(getattr(module, name), key))

    once(workbench, "compare", lambda pair, images, _labels: same(pair, images))
    once(readings, "known_images", digest)
    once(readings, "learn_likeness", lambda images, found, _known: digest(images, found.labels, found.reference.logits))
    once(guarantee, "bound_logits", of_bounds)
    once(measures, "further_evidence", lambda pair, _found, images: same(pair, images))
    once(measures, "format_result", lambda bench, form: (same(bench.pair, bench.images), form))
    once(measures, "scale_result", lambda bench, *asked: (same(bench.pair, bench.images), asked))
    once(manifest_scanner, "scan_component_manifests", lambda: "the packages that are installed")
