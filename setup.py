"""The one step of the build that pyproject.toml cannot describe: the dashboard's place in the wheel.

Streamlit puts the folder of `app.py` on the path of modules and reads ``.streamlit/config.toml`` beside it. At the top
of site-packages, modules called ``app`` and ``pages`` could be anybody's, so these files go below `half_the_bits`.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent


class BuildWithDashboard(build_py):
    """A build whose package `half_the_bits` holds the dashboard, with the layout of the repository."""

    def run(self) -> None:
        """Build the packages, then copy the dashboard; an editable installation uses the repository's own files."""
        super().run()
        if self.editable_mode:
            return
        dashboard = Path(self.build_lib, "half_the_bits", "dashboard")
        shutil.rmtree(dashboard, ignore_errors=True)  # of an earlier build; it may hold pages that are gone
        shutil.copytree(ROOT / "pages", dashboard / "pages", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / ".streamlit", dashboard / ".streamlit", ignore=shutil.ignore_patterns("secrets.toml"))
        shutil.copy2(ROOT / "app.py", dashboard)


setup(cmdclass={"build_py": BuildWithDashboard})
