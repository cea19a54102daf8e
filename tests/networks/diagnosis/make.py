"""Writes the networks of this folder, and the examples of the package: ``python -m tests.networks.diagnosis.make``."""

from fp16core.diagnosis.examples import FOLDER as EXAMPLES_FOLDER
from tests.networks.diagnosis.examples import EXAMPLES
from tests.networks.diagnosis.networks import NETWORKS
from tests.networks.diagnosis.verdicts import FOLDER, RIGHT


def file_contents(name: str) -> bytes:
    """Contents of the file of that network."""
    return NETWORKS[name]().file(old_codes=RIGHT[name].has_old_codes)


def write() -> None:
    """Write all networks and examples; digests of changed examples belong into `fp16core.diagnosis.examples`."""
    for name in NETWORKS:
        (FOLDER / f"{name}.tflite").write_bytes(file_contents(name))
    for key, build in EXAMPLES.items():
        (EXAMPLES_FOLDER / f"{key}.tflite").write_bytes(build().file())


if __name__ == "__main__":
    write()
