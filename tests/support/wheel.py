"""The wheel of this checkout, built as operations.md says.

Belongs here: building it from the packages' files alone.
Does not belong here: what is done with it (tests/unit/test_wheel.py).
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ccg_pipeline", "expert_panels")
OF_THE_PROJECT = ("pyproject.toml", "README.md", "LICENSE")
NO_SOURCE = shutil.ignore_patterns("__pycache__", "*.pyc")


def build(folder: Path) -> Path:
    """Build the wheel in a folder, from a copy, so that the checkout stays as it is; the wheel."""
    source = folder / "source"
    source.mkdir()
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=NO_SOURCE)
    for name in OF_THE_PROJECT:
        shutil.copy(ROOT / name, source)
    typed = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([sys.executable, *typed, str(source)], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel
