"""Results of a comparison as one JSON document."""

from typing import Any

from fp16core.evaluate.casting import Casting
from fp16core.evaluate.comparison import Comparison


def comparison_document(pair: str, found: Comparison, casting: Casting) -> dict[str, Any]:
    """Sizes, accuracies and changes, for JSON.

    Parameters
    ----------
    pair
        Name of the pair.
    found
        The comparison.
    casting
        Effect of the cast on the weights.
    """
    reference, target = found.reference.accuracy, found.target.accuracy
    return {
        "pair": pair,
        "casting": casting.document(found),
        "images": found.images,
        "reference_size_bytes": found.reference.size_bytes,
        "target_size_bytes": found.target.size_bytes,
        "size_ratio": found.size_ratio,
        "reference_accuracy": reference.value,
        "reference_accuracy_interval": [reference.low, reference.high],
        "target_accuracy": target.value,
        "target_accuracy_interval": [target.low, target.high],
        "accuracy_delta": found.accuracy_delta,
        "changed_predictions": found.changed_predictions,
        "max_abs_logit_delta": found.max_abs_logit_delta,
        "mcnemar_p": found.mcnemar_p,
    }
