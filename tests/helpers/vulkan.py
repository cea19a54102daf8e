"""The GPU driver in software that some tests and the documents' pictures need: Mesa's, which computes in float16."""

import os
from pathlib import Path

VARIABLE = "TEST_VULKAN_DRIVER"


class NoDriverError(Exception):
    """There is no driver; the message is a sentence that says how to get one."""


def software_driver() -> str:
    """Value for ``VK_DRIVER_FILES``; raises `NoDriverError` if the environment names no driver."""
    description = os.environ.get(VARIABLE, "")
    if not Path(description).is_file():
        found = f"{VARIABLE} names {description}, which is no file" if description else f"{VARIABLE} is not set"
        raise NoDriverError(
            f"No GPU driver in software with float16: {found}; fetch one: "
            f"export {VARIABLE}=$(.ci/software-vulkan /tmp/driver)"
        )
    return description
