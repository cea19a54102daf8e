"""Tests of what one system does."""

import sys

collect_ignore = ["test_folder_locks.py"] if sys.platform == "win32" else []
