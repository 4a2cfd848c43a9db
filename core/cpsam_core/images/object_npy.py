"""Write a dictionary as `.npy` so that every version of numpy loads it."""

from __future__ import annotations

import pickle
from typing import IO, Any

import numpy as np

__all__ = ["write_object_npy"]

PROTOCOL = 3
"""The last one that names functions as plain text, without a length and without a memo in between."""


def write_object_npy(file: IO[bytes], data: dict[str, Any]) -> None:
    """Write `data` as ``np.save`` does with ``allow_pickle=True``, under the names that old versions know, too.

    numpy 2 moved `numpy.core` to `numpy._core`, and still reads the old name; versions before 1.26 know no other.
    """
    header = {"descr": "|O", "fortran_order": False, "shape": ()}
    np.lib.format.write_array_header_1_0(file, header)
    _OldNames(file, PROTOCOL).dump(np.array(data, dtype=object))


class _OldNames(pickle._Pickler):
    """Pickles functions of numpy under the module that all its versions have."""

    def save_global(self, obj: Any, name: str | None = None) -> None:
        module = str(getattr(obj, "__module__", "") or "")
        if not module.startswith("numpy._core"):
            super().save_global(obj, name)  # type: ignore[misc]
            return
        old = module.replace("numpy._core", "numpy.core", 1)
        self.write(pickle.GLOBAL + f"{old}\n{name or obj.__qualname__}\n".encode())  # type: ignore[attr-defined]
        self.memoize(obj)  # type: ignore[attr-defined]
