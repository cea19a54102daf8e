"""Contact sheets of test images: their entries."""

import numpy as np

from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.contact_sheet import sheet_entries


def test_sheet_entries_name_what_both_models_say(comparison: Comparison) -> None:
    changed = int(np.flatnonzero(comparison.changed)[0])
    same, other = sheet_entries(comparison, np.array([5, changed]), chosen=5)
    assert same["words"] == f"Image 5, a {comparison.labels[5]}: both say {comparison.reference.predictions[5]}"
    assert (same["chosen"], same["marked"]) == (True, False)
    assert "float32 says" in str(other["words"])
    assert (other["chosen"], other["marked"]) == (False, True)


def test_an_8_has_its_own_article(comparison: Comparison) -> None:
    eight = int(np.flatnonzero(comparison.labels == 8)[0])
    (entry,) = sheet_entries(comparison, np.array([eight]), chosen=eight)
    assert str(entry["words"]).startswith(f"Image {eight:,}, an 8: ")
