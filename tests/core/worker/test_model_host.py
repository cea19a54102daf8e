"""A stranger's pair is measured in another process: the same numbers, and no harm to this one."""

import gc
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import psutil
import pytest

from fp16core.bench.strangers.hostile_models import SIZED, sized_by_likeness
from fp16core.convert.quantizer import quantize_tflite
from fp16core.data.mnist import normalise
from fp16core.numerics.formats import FloatFormat
from fp16core.resident.endings import Ending, ResidentEndedError
from fp16core.runtime.classifier import Classifier
from fp16core.serving.child_memory import ChildMemory
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import BusyError, ModelFileError
from fp16core.workbench import measures
from fp16core.workbench.workbench import Workbench
from fp16core.worker import model_host
from fp16core.worker.model_host import HostedModel, ModelHost
from tests.helpers.networks.strangers import stranger
from tests.helpers.places import TestSet

pytestmark = pytest.mark.slow

IMAGES = 60
MEMORY_BYTES = 600_000_000


@pytest.fixture
def memory() -> ChildMemory:
    return ChildMemory(MEMORY_BYTES)


@pytest.fixture
def host_of(memory: ChildMemory, test_set: TestSet) -> Iterator[Callable[..., ModelHost]]:
    hosts: list[ModelHost] = []

    def make(pair: ModelPair, images: Any = test_set[0][:IMAGES], labels: Any = None, **options: Any) -> ModelHost:
        labels = test_set[1][: len(images)] if labels is None else labels
        hosts.append(ModelHost(memory, pair, images, labels, **options))
        return hosts[-1]

    yield make
    for host in hosts:
        host.close()
        assert host.pid is None
    assert memory.held_bytes == 0


def equal(one: Any, other: Any) -> bool:
    """Return whether two results are the same, number by number."""
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if is_dataclass(one) and not isinstance(one, type):
        return type(one) is type(other) and all(
            equal(getattr(one, each.name), getattr(other, each.name)) for each in fields(one)
        )
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, float):  # sums of many numbers are in another order with another number of threads
        return math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))
    return bool(one == other)


ASKED: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (measures.comparison, ()),
    (measures.evidence, ()),
    (measures.roundings, ()),
    (measures.ledgers, ()),
    (measures.holds_float16, ()),
    (measures.graphs, ()),
    (measures.two_ways, ()),
    (measures.changed_reference, ("conv_2d.kernel", 3.0)),
    (measures.quantized_weight, ("conv_2d.kernel", 70_000.0)),
    (measures.file_results, ()),
    (measures.format_result, (FloatFormat(5, 2),)),
    (measures.boundaries, ()),
    (measures.scale_result, (0, 4.0, True, 30)),
    (measures.prove, (20,)),
    (measures.proof, ()),
    (measures.proven_share, (FloatFormat(8, 7),)),
    (measures.record, (7,)),
    (measures.follow, (50, 2)),
    (measures.logits, (True, np.linspace(0, 1, 784, dtype=np.float32).reshape(1, 28, 28))),
    (measures.gpu_plan, ()),
    (measures.gpu_emulations, ()),
]


def test_it_measures_what_this_process_would(
    pair: ModelPair, test_set: TestSet, host_of: Callable[..., ModelHost]
) -> None:
    host, bench = host_of(pair), Workbench(pair, lambda: (test_set[0][:IMAGES], test_set[1][:IMAGES]))
    for function, arguments in ASKED:
        assert equal(host.measure(function, *arguments), function(bench, *arguments)), function.__name__
    named = {function.__name__ for function, _ in ASKED} | {"converted_weight", "accounted"}
    assert named == set(measures.MEASURES), "each can be asked for"


def test_it_stays_for_the_next_measurement(pair: ModelPair, host_of: Callable[..., ModelHost]) -> None:
    host = host_of(pair)
    host.measure(measures.record, 0)
    first = host.pid
    host.measure(measures.record, 1)
    assert host.pid == first


def test_its_models_read_images_as_those_here_do(
    pair: ModelPair, test_set: TestSet, host_of: Callable[..., ModelHost]
) -> None:
    host, images = host_of(pair), normalise(test_set[0][100:140])
    for of_target, model in enumerate((pair.reference, pair.target)):
        assert np.array_equal(HostedModel(host, bool(of_target)).logits(images), Classifier(model).logits(images))


def test_what_a_pair_does_not_allow_is_said_as_it_is_here(host_of: Callable[..., ModelHost]) -> None:
    other = stranger("residual")
    with pytest.raises(ModelFileError, match="has the operator ADD"):
        host_of(other.pair).measure(measures.proof)


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", SIZED)
def test_eight_gigabytes_for_one_image_end_the_process_and_not_this_one(
    kind: str, test_set: TestSet, host_of: Callable[..., ModelHost]
) -> None:
    """The model behaves on all images but the last; no trial on others could tell."""
    images = test_set[0][:IMAGES]
    reference = ModelFile(sized_by_likeness(kind, images[-1], 2_000_000_000))
    host = host_of(ModelPair("sized", reference, quantize_tflite(reference)))
    usual = host_of(ModelPair("sized", reference, quantize_tflite(reference)), images[:-1])
    assert usual.measure(measures.comparison).images == IMAGES - 1
    gc.collect()
    before = psutil.Process().memory_info().rss
    with pytest.raises((ResidentEndedError, ModelFileError)):
        host.measure(measures.comparison)
    assert psutil.Process().memory_info().rss < before + 50_000_000
    assert usual.measure(measures.comparison).images == IMAGES - 1, "other visitors go on"


def test_a_measurement_that_takes_too_long_is_ended_and_the_next_one_begins_anew(
    pair: ModelPair, test_set: TestSet, host_of: Callable[..., ModelHost], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_host, "CPU_S", 3.0)
    host = host_of(pair, np.concatenate([test_set[0]] * 10), labels=np.concatenate([test_set[1]] * 10))
    with pytest.raises(ResidentEndedError) as caught:
        host.measure(measures.proof)
    assert caught.value.reason is Ending.PROCESSOR_TIME
    assert host.pid is None
    assert host.measure(measures.boundaries)


def test_it_ends_when_its_visitor_has_left(
    pair: ModelPair, test_set: TestSet, host_of: Callable[..., ModelHost]
) -> None:
    here = [True]
    labels = np.concatenate([test_set[1]] * 5)
    host = host_of(pair, np.concatenate([test_set[0]] * 5), labels, is_wanted=lambda: here[0])
    host.measure(measures.boundaries)
    here[0] = False
    with pytest.raises((ResidentEndedError, BusyError)):
        host.measure(measures.proof)
    assert host.pid is None


def test_a_closed_host_runs_nothing_any_more(pair: ModelPair, host_of: Callable[..., ModelHost]) -> None:
    host = host_of(pair)
    host.measure(measures.boundaries)
    host.close()
    with pytest.raises(ModelFileError, match="were dropped; upload them again"):
        host.measure(measures.boundaries)
    assert host.pid is None


def test_it_ends_when_it_is_idle(
    pair: ModelPair, host_of: Callable[..., ModelHost], memory: ChildMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_host, "IDLE_S", 0.3)
    host = host_of(pair)
    host.measure(measures.boundaries)
    assert memory.held_bytes > 0
    deadline = time.monotonic() + 30
    while host.pid is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert host.pid is None
    assert memory.held_bytes == 0
    assert host.measure(measures.boundaries), "and begins again when it is asked"


def test_hosts_of_many_visitors_take_turns_at_the_memory(pair: ModelPair, test_set: TestSet) -> None:
    memory = ChildMemory(350_000_000)
    hosts = [ModelHost(memory, pair, test_set[0][:IMAGES], test_set[1][:IMAGES]) for _ in range(5)]
    for host in hosts:
        host.measure(measures.boundaries)
        assert memory.held_bytes <= memory.total_bytes
    assert hosts[0].pid is None, "the first has given way"
    assert hosts[-1].pid is not None
    assert hosts[0].measure(measures.boundaries), "and comes back"
    for host in hosts:
        host.close()
    assert memory.held_bytes == 0


def test_a_process_that_somebody_else_ended_is_replaced(pair: ModelPair, host_of: Callable[..., ModelHost]) -> None:
    host = host_of(pair)
    host.measure(measures.boundaries)
    assert host.pid is not None
    process = psutil.Process(host.pid)
    process.kill()
    process.wait(30)
    assert host.measure(measures.boundaries)
