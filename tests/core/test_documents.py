"""Documents and package metadata agree with the code and with each other."""

import json
import re
import subprocess
import sysconfig
import tomllib
from pathlib import Path

import pytest

import fp16core
from fp16core.__main__ import _parser
from pages.shared.frame.page_list import OWN, START, TOUR
from tests.helpers.browser import pictures
from tests.helpers.places import PAGES, ROOT
from tests.helpers.vulkan import VARIABLE

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def readme_command(marker: str) -> str:
    """The only line of the block of code that follows a marker in README."""
    blocks = re.findall(rf"<!-- {marker} -->\n```\w+\n(.+)\n```\n", (ROOT / "README.md").read_text())
    (line,) = blocks
    return str(line)


def commands() -> list[str]:
    """Commands of the command line."""
    (choices,) = (action.choices for action in _parser()._actions if isinstance(action.choices, dict))
    return list(choices)


def test_readme_is_short_and_has_two_commands_for_each_system() -> None:
    assert len((ROOT / "README.md").read_bytes()) <= 6_000
    for marker in ("dashboard", "tests"):
        assert " && .venv/bin/" in readme_command(marker)
        assert "; .venv\\Scripts\\" in readme_command(f"{marker}, Windows")


def requirements(name: str) -> set[str]:
    """Lines of a requirements file and of those it includes."""
    lines = [line.strip() for line in (ROOT / name).read_text().splitlines()]
    included = [line.removeprefix("-r ") for line in lines if line.startswith("-r ")]
    own = {line for line in lines if line and not line.startswith(("#", "-r "))}
    return own.union(*(requirements(other) for other in included))


def test_requirements_files_and_the_package_install_the_same() -> None:
    """The package reads its dependencies from those files that include no other."""
    read = TOOLS["setuptools"]["dynamic"]
    extras = {name: found["file"] for name, found in read["optional-dependencies"].items()}
    needed = set().union(*map(requirements, read["dependencies"]["file"]))
    assert needed == requirements("requirements-dashboard.txt")
    everything = needed.union(*(requirements(file) for files in extras.values() for file in files))
    assert everything == requirements("requirements-dev.txt")
    assert requirements("requirements.txt") - needed - requirements("requirements/train.txt") == {
        line for line in everything if line.startswith("pytest~")
    }
    for file in [*read["dependencies"]["file"], *(file for files in extras.values() for file in files)]:
        assert "-r " not in (ROOT / file).read_text(), f"setuptools cannot read what {file} includes"


def test_the_workflow_runs_readmes_test_commands() -> None:
    workflow = (ROOT / ".github" / "workflows" / "tests.yml").read_text()
    assert workflow.count(readme_command("tests")) == 2, "on Linux, and on macOS"
    assert workflow.count(readme_command("tests, Windows")) == 1


def test_the_workflows_are_valid() -> None:
    done = subprocess.run(
        [Path(sysconfig.get_path("scripts"), "actionlint"), *WORKFLOWS], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_the_version_is_the_same_everywhere() -> None:
    releases = re.findall(r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert PROJECT["version"] == fp16core.__version__ == releases[0]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    for link in links:
        name, _, anchor = link.partition("#")
        target = (document.parent / name) if name else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def anchors(document: Path) -> set[str]:
    """Anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_command_and_variable_is_documented() -> None:
    text = (ROOT / "docs" / "cli.md").read_text()
    assert re.findall(r"^## ([a-z]+)$", text, re.MULTILINE) == commands()
    sources = [path.read_text() for top in ("fp16core", "pages") for path in (ROOT / top).rglob("*.py")]
    variables = {name for source in sources for name in re.findall(r'"(HALFBITS_[A-Z_]+)"', source)}
    # Between the benchmark and its own child.
    assert variables - {"HALFBITS_BENCH_PEAK_FILE"} == {*re.findall(r"HALFBITS_[A-Z_]+", text)}


def test_every_page_is_in_the_tables_of_pages() -> None:
    pages = (START, *TOUR, *OWN)
    assert len(pages) == len(PAGES)
    for document in ("README.md", "docs/pages.md"):
        rows = re.findall(r"^\| ([A-Z][\w ]+?) \| .*\?", (ROOT / document).read_text(), re.MULTILINE)
        assert rows == [page.name for page in pages], document


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_the_places_that_documents_name_exist(document: str) -> None:
    text = (ROOT / document).read_text()
    paths = re.findall(
        r"`((?:fp16core|pages|tests|benchmarks|deploy|docs|\.ci)/[\w./-]*|[\w-]+\.(?:py|toml|md))`", text
    )
    assert len(paths) > 10
    folder = ROOT
    for name in paths:
        # A bare name is a neighbour of the file named before it.
        path = ROOT / name if "/" in name or (ROOT / name).exists() else folder / name
        assert path.exists(), name
        folder = path if path.is_dir() else path.parent


def test_the_configuration_of_tools_can_be_read() -> None:
    lines = (ROOT / ".devcontainer" / "devcontainer.json").read_text().splitlines()
    container = json.loads("\n".join(line for line in lines if not line.lstrip().startswith("//")))
    assert "requirements-dev.txt" in container["updateContentCommand"]
    assert "run: .ci/run" in (ROOT / ".github" / "workflows" / "check.yml").read_text()


@pytest.mark.parametrize("given", [None, "", "/no/such/file.json"])
def test_pictures_without_a_gpu_driver_say_how_to_get_one(given: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text as its code: Python prints it, and ends with status 1."""
    monkeypatch.delenv(VARIABLE, raising=False)
    if given is not None:
        monkeypatch.setenv(VARIABLE, given)
    with pytest.raises(SystemExit) as ended:
        pictures.main()
    said = f"{VARIABLE} names {given}, which is no file" if given else f"{VARIABLE} is not set"
    assert ended.value.code == (
        f"No GPU driver in software with float16: {said}; fetch one: "
        f"export {VARIABLE}=$(.ci/software-vulkan /tmp/driver)"
    )
    assert (ROOT / ".ci" / "software-vulkan").is_file()
