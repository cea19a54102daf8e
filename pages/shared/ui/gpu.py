"""JavaScript that opens the browser's GPU, and the sentences for what keeps it from working."""

import json
from pathlib import Path

from fp16core.webgpu.software import NAMES

GPU_JS = f'const SOFTWARE_NAMES = new RegExp({json.dumps(NAMES)}, "i");\n' + Path(__file__).with_name(
    "gpu.js"
).read_text("utf-8")
"""Functions for a component's JavaScript: ``opened``, the GPU or a refusal; ``unpacked``, a plan; the class ``Gpu``."""

REFUSALS = {
    "insecure": "Browsers give WebGPU to secure pages only: open this page by HTTPS, or as localhost on the machine "
    "that serves it.",
    "missing": "This browser has no WebGPU. Use a current Chrome, Edge, Safari or Firefox; on Linux, Chrome may need "
    "chrome://flags/#enable-unsafe-webgpu.",
    "adapter": "The browser found no GPU that WebGPU can use. Turn on hardware acceleration in its settings, update "
    "the graphics driver, or try another browser.",
    "lost": "The GPU was lost on the way: its driver was reset, or the browser closed it. Try again; if that does not "
    "help, load the page anew.",
    "memory": "The GPU has not enough memory for this network. Close other programs that use it, then try again.",
    "failed": "The GPU did not finish. Load the page anew and try again; if that does not help, update the browser.",
}
"""Sentences that say what to do, by the refusals of `GPU_JS`."""
