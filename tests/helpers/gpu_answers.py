"""Answers of browsers to a plan, as their GPUs would give them."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.numerics.emulation.network import emulate
from fp16core.numerics.emulation.summation import Summation
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.chain import read_chain
from fp16core.tflite.model_file import ModelFile
from fp16core.webgpu.answer import IDENTIFIED
from fp16core.webgpu.wgsl import Adding

DIGEST = "0" * 64

FUSES = {Adding.DRIVER: Summation.FUSED, Adding.FUSED: Summation.FUSED, Adding.APART: Summation.SEQUENTIAL}
"""A GPU that fuses where it may, as NVIDIA's do."""


def packed(values: npt.NDArray[Any], dtype: str) -> str:
    """Numbers as the browser sends them."""
    with np.errstate(over="ignore"):
        return base64.b64encode(values.astype(dtype).tobytes()).decode()


def answer_of(
    model: ModelFile,
    images: npt.NDArray[np.float32],
    sums: Mapping[Adding, Summation] | None,
    digest: str = DIGEST,
    **changed: Any,
) -> dict[str, Any]:
    """Answer of a GPU that forms sums in these ways, or has no float16, with parts of it changed."""
    layers = read_chain(model)
    logits = {"f32 driver": packed(Classifier(model).logits(images), "<f4")}
    probes = {"f32": packed(np.array([2**24, 2**-127, 2**24, 2**24, np.inf]), "<f4")}
    times = {"f32": [2.0, 2.2, 2.1, 2.0, 2.3, 2.0]}
    if sums is not None:
        for adding, summation in sums.items():
            given = images if adding is Adding.DRIVER else images[:IDENTIFIED]
            logits[f"f16 {adding.name.lower()}"] = packed(emulate(layers, given, summation), "<f2")
        probes["f16"] = packed(np.array([2048, 2**-15, 2048, 2050, np.inf]), "<f4")
        times["f16"] = [1.0, 1.1, 1.0, 1.05, 1.1, 1.0]
    return {
        "plan": digest,
        "adapter": {"vendor": "nvidia", "architecture": "hopper", "device": "", "description": None},
        "float16": sums is not None,
        "images": len(images),
        "logits": logits,
        "probes": probes,
        "times": times,
        "timedImages": len(images),
    } | changed
