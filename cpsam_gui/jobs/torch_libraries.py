"""Torch's libraries, loaded while the window goes on.

Python lets no other thread run while it loads an extension module and the libraries behind it, 400 MB and more for
torch: half a second without a frame. Here they are loaded first, whenever and in whichever thread torch is imported,
by a call that other threads need not wait for, and while no thread begins (see `loading.py`).
"""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QThread

from cpsam_gui.jobs.loading import TURNS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

# The first one is for all libraries to see, as torch itself loads it.
GLOBAL, LOCAL = "libtorch_global_deps", "libtorch"


class TorchLibraries(MetaPathFinder):
    """Finds no module; loads the libraries of torch when it is looked for, once."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        """Return None: those who come after find the module."""
        if fullname == "torch":
            # A list of its own: in the old one, which may be gone through now, those behind would move up.
            sys.meta_path = [one for one in sys.meta_path if one is not self]
            spec = PathFinder.find_spec(fullname)
            with TURNS.loading(QThread.currentThread()):
                for folder in (spec and spec.submodule_search_locations) or ():
                    load_libraries(Path(folder, "lib"))
        return None


def load_torch_beside_the_window() -> None:
    """Have the libraries of torch loaded so whenever it is imported; on Windows torch itself does."""
    if sys.platform == "win32" or "torch" in sys.modules:
        return
    if not any(isinstance(finder, TorchLibraries) for finder in sys.meta_path):
        sys.meta_path.insert(0, TorchLibraries())


def load_libraries(folder: Path) -> None:
    """Load the libraries of torch that lie in a folder; what cannot be loaded is told when torch is imported."""
    # `ctypes.CDLL(path)` would keep the other threads waiting; a function that was found by it does not.
    load = ctypes.CDLL(None).dlopen
    load.restype, load.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    ending = ".dylib" if sys.platform == "darwin" else ".so"
    for name, scope in ((GLOBAL, os.RTLD_GLOBAL), (LOCAL, os.RTLD_LOCAL)):
        path = folder / f"{name}{ending}"
        if path.is_file():
            load(os.fsencode(path), os.RTLD_NOW | scope)
