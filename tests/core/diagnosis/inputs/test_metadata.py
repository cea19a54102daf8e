"""Ranges that a file's metadata state, in metadata written by hand after TensorFlow Lite's schema."""

from collections.abc import Sequence

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from fp16core.diagnosis.inputs.build import build_samples
from fp16core.diagnosis.inputs.metadata import metadata_ranges
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import packed, unpacked
from fp16core.vocabulary import ModelFileError
from tests.helpers.networks.graphs import Graph

Numbers = Sequence[float]


def metadata(mean: Numbers = (), std: Numbers = (), low: Numbers = (), high: Numbers = ()) -> bytes:
    """Metadata of a model with one input: its normalization and its statistics."""
    builder = flatbuffers.Builder(256)

    def table(slots: int, *fields: tuple[int, int]) -> int:
        builder.StartObject(slots)
        for slot, offset in fields:
            builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
        return int(builder.EndObject())

    def floats(values: Numbers) -> int:
        return int(builder.CreateNumpyVector(np.array(values, np.float32)))

    def tables(*offsets: int) -> int:
        builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            builder.PrependUOffsetTRelative(offset)
        return int(builder.EndVector())

    fields = []
    if mean:
        options = table(2, (0, floats(mean)), (1, floats(std)))
        builder.StartObject(2)
        builder.PrependUint8Slot(0, 1, 0)
        builder.PrependUOffsetTRelativeSlot(1, options, 0)
        fields.append((4, tables(builder.EndObject())))
    if low:
        fields.append((5, table(2, (0, floats(high)), (1, floats(low)))))
    tensor = table(7, *fields)
    graph = table(5, (2, tables(tensor)))
    builder.Finish(table(8, (3, tables(graph))), b"M001")
    return bytes(builder.Output())


def with_metadata(data: bytes) -> ModelFile:
    graph = Graph()
    given = graph.input("image", (1, 4))
    graph.outputs = [graph.add("MUL", "squares", given, given)]
    content = unpacked(ModelFile(graph.file()))
    entry, buffer = schema.MetadataT(), schema.BufferT()
    buffer.data = np.frombuffer(data, np.uint8)
    content.buffers.append(buffer)
    entry.name, entry.buffer = b"TFLITE_METADATA", len(content.buffers) - 1
    content.metadata = [entry]
    return ModelFile(packed(content), "described")


def test_a_picture_is_normalized_from_bytes() -> None:
    found = metadata_ranges(with_metadata(metadata(mean=[127.5], std=[127.5])))
    assert found == {0: (-1, 1)}


def test_each_channel_has_a_mean_and_a_deviation_of_its_own() -> None:
    found = metadata_ranges(with_metadata(metadata(mean=[0, 51], std=[255, 102])))
    assert found == {0: (-0.5, 2)}


def test_statistics_are_those_before_the_normalization() -> None:
    assert metadata_ranges(with_metadata(metadata(low=[-3], high=[5]))) == {0: (-3, 5)}
    assert metadata_ranges(with_metadata(metadata([1], [2], low=[-3], high=[5]))) == {0: (-2, 2)}


def test_values_are_made_up_within_what_the_metadata_state_unless_a_range_is_declared() -> None:
    model = with_metadata(metadata(mean=[0], std=[1]))
    assert build_samples(model, DiagnosisOptions()).origins == {"image": "from 0 to 255 (the file's own metadata)"}
    declared = build_samples(model, DiagnosisOptions(ranges={"image": (0, 9)}))
    assert declared.origins == {"image": "from 0 to 9 (declared)"}


@pytest.mark.parametrize("data", [b"", b"no metadata at all", metadata(), metadata([0], [0]), metadata([np.nan], [1])])
def test_metadata_that_state_no_range_state_none(data: bytes) -> None:
    assert metadata_ranges(with_metadata(data)) == {}


def complaint(data: bytes) -> str:
    """Complaint about metadata; empty if there is none."""
    try:
        metadata_ranges(with_metadata(data))
    except ModelFileError as error:
        return str(error)
    return ""


def test_damaged_metadata_are_named_or_harmless() -> None:
    data, random = metadata([127.5], [127.5], [0], [255]), np.random.default_rng(0)
    complaints = set()
    for _ in range(300):
        broken = bytearray(data)
        for place in random.integers(8, len(data), 3):
            broken[place] = random.integers(256)
        complaints.add(complaint(bytes(broken)))
    assert len(complaints) == 2
    assert "described is damaged" in max(complaints)
