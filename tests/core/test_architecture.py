"""The rooms keep to their plan."""

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.helpers.places import PAGES, ROOMS, ROOT

MOST_FILES = 15

CORE = sorted((ROOT / "fp16core").rglob("*.py"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            # A name may be a module of its own.
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_importing_the_whole_core_brings_in_neither_streamlit_nor_tensorflow_nor_dask() -> None:
    """Every module of the core, in one process."""
    modules = [module_name(path) for path in CORE]
    program = f"import sys\nfor m in {modules}: __import__(m)\n"
    program += "print({'dask', 'distributed', 'streamlit', 'tensorflow'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_comparing_on_the_command_line_imports_no_more_than_it_needs() -> None:
    """Imports of the other commands take longer than both models need for all test images."""
    program = (
        "import sys\nfrom fp16core.__main__ import main\nassert 'numpy' not in sys.modules\n"
        "assert main(['compare', '--limit', '10', '--json']) == 0\nprint(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = set(done.stderr.split())
    assert "fp16core.evaluate.comparison" in modules
    costly = {"PIL", "jinja2", "plotly", "psutil", "pyarrow", "rich", "scipy", "skimage"}
    others = {"fp16core.bench", "fp16core.claims.claims", "fp16core.figures", "fp16core.images", "fp16core.report"}
    assert not modules & {*costly, *others, "fp16core.worker"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_rooms_before_it(room: str) -> None:
    before = ROOMS[: ROOMS.index(room) + 1]
    inside = [path for path in CORE if path.relative_to(ROOT / "fp16core").with_suffix("").parts[0] == room]
    assert inside, f"{room} does not exist"
    late = {f"{module_name(path)} imports {name}" for path in inside for name in rooms_of(path) - {*before}}
    assert not late


def test_every_module_of_the_core_is_in_a_room_with_a_place_in_the_plan() -> None:
    found = {path.relative_to(ROOT / "fp16core").with_suffix("").parts[0] for path in CORE} - {"__init__"}
    assert found == {*ROOMS}


def test_the_table_of_layers_is_in_the_order_that_imports_follow() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    table = text.partition("## Layers")[2].partition("Outside of")[0]
    first_cells = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    assert [name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)] == ROOMS


def rooms_of(path: Path) -> set[str]:
    """Rooms of the core that a module imports from."""
    return {name.split(".")[1] for name in imported(path) if name.startswith("fp16core.")}


PLACES = ["server", "ui", "address", "session", "digit", "frame"]
"""Rooms of what pages share, in the order in which they may import."""


@pytest.mark.parametrize("place", PLACES)
def test_what_pages_share_imports_only_from_places_before_it_and_no_page(place: str) -> None:
    allowed = {f"pages.shared.{before}" for before in PLACES[: PLACES.index(place) + 1]}
    for path in (ROOT / "pages" / "shared" / place).glob("*.py"):
        used = {".".join(name.split(".")[:3]) for name in imported(path) if name.startswith("pages.")}
        assert used <= allowed, path


def test_no_page_imports_another() -> None:
    pages = ROOT / "pages"
    for path in pages.glob("*/*.py"):
        used = {name.split(".")[1] for name in imported(path) if name.startswith("pages.")}
        assert used <= {"shared", path.parent.name}, path


def test_what_tests_share_lies_among_their_helpers() -> None:
    """A test module imports no other, and nothing outside the tests imports anything of them."""
    for path in (ROOT / "tests").rglob("*.py"):
        used = {name for name in imported(path) if name.startswith("tests.") and module_name(path) not in name}
        assert all(name.startswith(("tests.helpers", "tests.networks")) for name in used), (path, used)
    for top in ("benchmarks", "deploy", "fp16core", "half_the_bits", "pages"):
        for path in (ROOT / top).rglob("*.py"):
            assert not any(name.split(".")[0] == "tests" for name in imported(path)), path


def test_no_folder_is_crowded_and_no_file_long() -> None:
    """Whoever looks for a thing finds it from the names alone."""
    sources = [path for top in ("fp16core", "half_the_bits", "pages", "tests") for path in (ROOT / top).rglob("*.py")]
    folders = Counter(path.parent for path in sources)
    assert {str(folder) for folder, files in folders.items() if files > MOST_FILES} == set()
    long = {str(path) for path in sources if len(path.read_text().splitlines()) > most_lines(path)}
    assert long == set()


def most_lines(path: Path) -> int:
    return 350 if path.is_relative_to(ROOT / "tests") else 250


def test_no_page_imports_anything_to_compute_with() -> None:
    """Pages take numbers and figures from the core; what they import besides is Streamlit and the standard library."""
    for page in PAGES:
        path = ROOT / "pages" / page / f"{page}.py"
        roots = {name.split(".")[0] for name in imported(path)}
        assert roots <= {"streamlit", "fp16core", "pages", "collections", "functools"}, path


def test_no_page_decodes_a_picture() -> None:
    """Strangers' files go to the decoder's process; Pillow opens nothing for a page."""
    decoders = {"open_picture", "prepare_file", "PIL", "PIL.Image"}
    for path in (ROOT / "pages").rglob("*.py"):
        names = [
            name.name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in node.names
        ]
        assert not decoders & {*names, *imported(path)}, path


def test_nothing_that_limits_or_owns_lives_in_a_streamlit_cache() -> None:
    """Any visitor could empty it: what pages cache is results, which are computed again."""
    of_results = {
        "luck/images.py": 1,
        "train/kept_table.py": 1,
        "shared/session/measuring/measurements.py": 1,
        "shared/digit/readings.py": 1,
        "shared/session/state.py": 1,
        "shared/session/studies.py": 2,
        "shared/session/cache.py": None,
        "shared/session/training.py": None,
    }
    pages = ROOT / "pages"
    uses = {path.relative_to(pages).as_posix(): path.read_text().count("cache_") for path in pages.rglob("*.py")}
    caching = {name: count for name, count in uses.items() if count}
    assert {*caching} == {*of_results}
    assert all(caching[name] == count for name, count in of_results.items() if count is not None)


def test_the_first_page_imports_nothing_that_only_other_pages_need(small_dataset: Path) -> None:
    """Libraries of tables and of images would make it slower, and take more memory than all sessions together."""
    program = (
        "from streamlit.testing.v1 import AppTest\nimport sys\n"
        "app = AppTest.from_file('pages/router.py', default_timeout=60).run()\n"
        "assert not app.exception, app.exception\n"
        "print({'jinja2', 'pandas', 'pyarrow', 'scipy', 'skimage'} & {*sys.modules})"
    )
    few = os.environ | {"HALFBITS_MNIST": str(small_dataset)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, env=few
    )
    assert done.stdout.strip().endswith("set()")


@pytest.mark.slow
def test_the_dashboard_process_never_imports_tensorflow_or_dask(small_dataset: Path) -> None:
    program = (
        "from streamlit.testing.v1 import AppTest\nimport sys\n"
        "app = AppTest.from_file('pages/router.py', default_timeout=60).run()\n"
        f"for page in {PAGES}: app.switch_page(f'{{page}}/{{page}}.py').run()\n"
        "assert not app.exception, app.exception\n"
        "print({'dask', 'distributed', 'keras', 'tensorflow'} & {*sys.modules})"
    )
    few = os.environ | {"HALFBITS_MNIST": str(small_dataset)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, env=few
    )
    assert done.stdout.strip().endswith("set()")
