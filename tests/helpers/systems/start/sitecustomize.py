"""Python runs this before anything else where this folder is on its path, in children of children, too."""

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[4]))

if sys.platform == "linux":
    from tests.helpers.systems.imitation import imitate  # found only now

    imitate(os.environ["TEST_LOOKS_LIKE"])
