"""A training run as this package does it, in a process of its own; prints time and accuracy as JSON."""

import json
import tempfile
from pathlib import Path

from fp16core.training.recipe import Recipe
from fp16core.worker.training.run import train_run


def main() -> None:
    """Train, convert and evaluate as the tutorial does; timing starts once TensorFlow and the data are loaded."""
    with tempfile.TemporaryDirectory() as folder:
        record = train_run(Path(folder) / "run", Recipe())
    print(json.dumps({"seconds": record["seconds"]["training"], "accuracy": record["reference_accuracy"]}))


if __name__ == "__main__":
    main()
