"""By which code something was made: a version that follows the source of modules.

Belongs here: that version. Does not belong here: what is made, and who asks.
"""

import hashlib
import pkgutil
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


@cache
def code_version(*modules: str) -> str:
    """Return a version that changes when, and only when, the source of `modules` (or packages) does."""
    digest = hashlib.sha256()
    for name in modules:
        module = import_module(name)
        names = [name]
        if hasattr(module, "__path__"):
            names = sorted(info.name for info in pkgutil.walk_packages(module.__path__, f"{name}."))
        for one in names:
            spec = find_spec(one)
            if spec is not None and spec.origin is not None:
                digest.update(Path(spec.origin).read_bytes())
    return digest.hexdigest()[:12]
