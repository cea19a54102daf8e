"""A small part of ``python -m fp16core bench strangers``: corrupted models and pictures harm nobody."""

import numpy as np
import pytest

from fp16core.bench.strangers import pictures
from fp16core.bench.strangers.corruption import KINDS, corrupted
from fp16core.bench.strangers.hostile_models import SIZED
from fp16core.bench.strangers.hostile_pictures import HOSTILE
from fp16core.bench.strangers.model_files import measure_strangers
from fp16core.bench.strangers.oversized_models import measure_oversized_models
from fp16core.bench.strangers.pictures import measure_pictures
from fp16core.tflite.model_file import ModelPair
from fp16core.worker.decoder import LIMITS


@pytest.mark.slow
def test_every_corrupted_file_is_answered_and_this_process_survives() -> None:
    """14 files, two of each kind, with another seed than the benchmark's; those that are taken are used here."""
    done: list[float] = []
    every, *kinds = measure_strangers(lambda _what, share: done.append(share), count=14, seed=7)
    assert every.files == every.taken + every.refused + every.ended == 14
    assert [kind.files for kind in kinds] == [2] * len(KINDS)
    assert every.odd == 0
    assert every.taken > 0, "bits flipped among the weights leave a good file"
    assert every.refused > every.taken
    assert done == sorted(done)


@pytest.mark.slow
def test_damaged_and_hostile_pictures_harm_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three kinds of hostile pictures, as the decoder's own tests have all; 35 damaged ones with another seed."""
    few = {kind: HOSTILE[kind] for kind in [*HOSTILE][::8]}
    monkeypatch.setattr(pictures, "HOSTILE", few)
    done: list[float] = []
    every, damaged, *hostile = measure_pictures(lambda _what, share: done.append(share), mutated=35, seed=3)
    assert [row.kind for row in hostile] == [*few]
    assert every.files == every.read + every.refused + every.ended == 35 + len(few)
    assert every.harmful == 0
    assert damaged.read > 0
    assert damaged.refused > 0
    assert all(row.longest_cpu_s <= LIMITS.cpu_s for row in hostile)
    assert every.peak_bytes is None or every.peak_bytes < 1.2 * LIMITS.memory_bytes
    assert done == sorted(done)


@pytest.mark.tensorflow
@pytest.mark.slow
def test_models_that_ask_for_eight_gigabytes_harm_nobody() -> None:
    done: list[float] = []
    rows = measure_oversized_models(lambda _what, share: done.append(share))
    assert [row.kind for row in rows] == [f"8 GB by {kind}" for kind in SIZED]
    assert all(row.ended + row.refused == row.files == 1 for row in rows)
    assert done == sorted(done)


@pytest.mark.parametrize("kind", KINDS)
def test_corruption_is_seeded_and_leaves_the_original_alone(kind: str, pair: ModelPair) -> None:
    before = bytes(bytearray(pair.reference.contents))
    first, again, other = (corrupted(pair.reference.contents, kind, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again
    assert len({first, other, before}) == 3
    assert pair.reference.contents == before
    if kind.startswith(("bits", "bytes", "blocks", "offsets")):
        changed = np.frombuffer(first, np.uint8) != np.frombuffer(before, np.uint8)
        assert len(first) == len(before)
        assert 1 <= changed.sum() <= 512
