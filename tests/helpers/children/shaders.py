"""Runs messages for a browser's GPU with wgpu: ``python -m tests.helpers.children.shaders REQUEST ANSWER``.

The request is a pickled list of messages with the programs wanted of each; the answer, arrays in a ``.npz`` file.
"""

import pickle
import sys
from pathlib import Path

import numpy as np

from fp16core.bench.gpu.device import Gpu, opened

Wanted = list[tuple[bytes, list[tuple[str, str]]]]
"""Messages, and of each the precision and way of the programs to run."""


def main(request: Path, answer: Path) -> None:
    """Answer a request."""
    wanted: Wanted = pickle.loads(request.read_bytes())  # noqa: S301 - written by the test
    gpu, found = Gpu(), {}
    for place, (message, programs) in enumerate(wanted):
        document, blocks = opened(message)
        for precision, way in programs:
            if way == "probe":
                run = gpu.probed(document, precision)
            else:
                run = gpu.run(gpu.program(document, blocks[precision], precision, way), blocks["pixels"])
            found[f"{place} {precision} {way}"] = run
    np.savez(answer, **found)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
