"""Files that one stage of a run leaves for the next: unlike somebody's work, they can be made again."""

from __future__ import annotations

from functools import partial

from cpsam_core.images.array_files import read_arrays

__all__ = ["read_stage"]

read_stage = partial(read_arrays, remedy="Delete it, and the same command makes it again.")
"""Read arrays of an earlier stage, as `read_arrays` does."""
