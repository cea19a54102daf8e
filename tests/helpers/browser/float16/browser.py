"""Chromium with float16 arithmetic in WebGPU, on Mesa's driver in software.

Chromium opens no driver in software but its own, which has no float16. So a folder is made that holds Chromium's files
but for that driver; in its place lies one that passes all calls on to Mesa's.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.client.browser import FLAGS
from tests.helpers.browser.browsing import SOFTWARE_GPU
from tests.helpers.places import without

_DRIVER, _DESCRIPTION = "libvk_swiftshader.so", "vk_swiftshader_icd.json"


@contextmanager
def launched_with_float16(beside: Browser, mesa: str) -> Iterator[Browser]:
    """A browser of its own beside another one; ``mesa`` is the description of Mesa's driver."""
    compiler = shutil.which("cc")
    if compiler is None:
        without("no C compiler found; install one (apt-get install gcc libc6-dev)")
    program = _program(Path(beside.browser_type.executable_path))
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for file in program.parent.iterdir():
            if file.name not in (program.name, _DRIVER, _DESCRIPTION):
                (folder / file.name).symlink_to(file)
        _copy(program, folder / program.name)  # a linked one would find its own folder
        # Pages are drawn by Chromium's driver, which a description names.
        description = json.loads((program.parent / _DESCRIPTION).read_text())
        description["ICD"]["library_path"] = str(program.parent / _DRIVER)
        (folder / _DESCRIPTION).write_text(json.dumps(description))
        library = json.loads(Path(mesa).read_text())["ICD"]["library_path"]
        source = Path(__file__).with_name("stand_in.c")
        subprocess.run(
            [str(compiler), "-shared", "-fPIC", "-O1", f'-DDRIVER="{library}"', str(source), "-o", folder / _DRIVER],
            check=True,
            timeout=60,
        )
        browser = beside.browser_type.launch(executable_path=folder / program.name, args=[*FLAGS, *SOFTWARE_GPU])
        yield browser
        browser.close()


def _program(playwrights: Path) -> Path:
    """The browser's program, beside its driver; Debian's command ``chromium`` is a script that starts it."""
    places = [*(Path("/usr/lib") / name / name for name in ("chromium", "chromium-browser")), playwrights]
    found = next((place for place in places if place.is_file() and (place.parent / _DRIVER).is_file()), None)
    return found or Path(without("no Chromium with a driver in software found; it comes with Debian's chromium"))


def _copy(program: Path, copy: Path) -> None:
    """A hard link, as it takes no room, where the file system has them."""
    try:
        os.link(program, copy)
    except OSError:
        shutil.copy2(program, copy)
