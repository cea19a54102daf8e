"""Training as this package does it, in a process of its own, timed like the tutorial's; prints JSON."""

import json
import time

from fp16core.data.mnist import load_mnist
from fp16core.models.recipe import Recipe, import_tensorflow, train


def main() -> None:
    """Train one epoch and print what it took and gave."""
    import_tensorflow()
    training, validation = load_mnist("train"), load_mnist("test")
    start = time.perf_counter()
    trained = train(Recipe(), training, validation)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "accuracy": trained.history["val_accuracy"][-1]}))


if __name__ == "__main__":
    main()
