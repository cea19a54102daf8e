"""The JSON schema of a diagnosis is what its classes say, and describes what the command writes."""

import copy
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fp16core.diagnosis.diagnosis import diagnose
from fp16core.diagnosis.document import diagnosis_document, document_text
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.tflite.model_file import ModelFile
from tests.helpers.diagnoses.made import DIAGNOSIS
from tests.helpers.diagnoses.schema import FILE, schema_text
from tests.networks.diagnosis.verdicts import RIGHT, contents


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(FILE.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def faults(validator: Draft202012Validator, document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def test_the_file_is_what_the_classes_say() -> None:
    assert FILE.read_text("utf-8") == schema_text(), "write it anew: python -m tests.helpers.diagnoses.schema"


@pytest.mark.parametrize("name", ["mask_1e30", "lstm", "passthrough", "old_codes"])
def test_what_is_written_follows_the_schema(name: str, validator: Draft202012Validator) -> None:
    options = DiagnosisOptions(ranges=RIGHT[name].ranges, wants_cure=name == "mask_1e30")
    found = diagnose(ModelFile(contents(name), name), options)
    document = json.loads(document_text(found))
    assert document == diagnosis_document(found)
    assert faults(validator, document) == []


def test_infinities_and_nan_are_texts(validator: Draft202012Validator) -> None:
    document = json.loads(document_text(DIAGNOSIS))
    assert document["arithmetic"][0]["operators"][1]["snr_db"] == "NaN"
    assert document["arithmetic"][0]["operators"][4]["snr_db"] == "Infinity"
    assert faults(validator, document) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("finding",), "fine"),
        (("samples",), "many"),
        (("arithmetic", 0, "operators", 0, "snr_db"), "large"),
        (("range", "surplus"), 1),
        (("version",), 0),
    ],
)
def test_anything_else_does_not_follow_it(
    place: tuple[str | int, ...], value: object, validator: Draft202012Validator
) -> None:
    document = copy.deepcopy(diagnosis_document(DIAGNOSIS))
    inner: Any = document
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    assert len(faults(validator, document)) == 1
