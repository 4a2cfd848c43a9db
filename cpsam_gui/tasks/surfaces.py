"""The surfaces of bodies as triangles, for the 3D view. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from cpsam_core.progress import Progress
    from cpsam_gui.drawing.bodies import Spacing
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.snapshot import Snapshot

# The largest bodies that are shown; more would take minutes.
MOST = 500
# Voxels along a side of a body from which on it is looked at more coarsely.
FINE_VOXELS = 48


@dataclass(frozen=True, eq=False)
class Surface:
    """The surface of a body.

    Attributes
    ----------
    id
        The object.
    vertices
        Float32 (n, 3): x, y, z in pixels of the plane.
    faces
        Int32 (m, 3): which vertices make a triangle.
    """

    id: int
    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]


def is_there() -> bool:
    """Whether what finds surfaces is installed."""
    from importlib.util import find_spec

    return find_spec("skimage") is not None and find_spec("OpenGL") is not None


def surfaces_of(
    still: Snapshot, rows: Mapping[int, ObjectRecord], spacing: Spacing, progress: Progress
) -> tuple[Surface, ...]:
    """Return the surfaces of bodies, of the largest ones where there are many.

    Parameters
    ----------
    still
        The labels.
    rows
        The bodies by id.
    spacing
        Size of a voxel along z, y and x in pixels of the plane.

    Source: T. Lewiner and others, Efficient implementation of Marching Cubes' cases with topological guarantees,
    Journal of Graphics Tools 8 (2003), by scikit-image.
    """
    labels = still.array()
    by_size = sorted(rows, key=lambda number: -rows[number].area)[:MOST]
    found = []
    for done, number in enumerate(by_size):
        progress(done, len(by_size), "")
        box = rows[number].box
        surface = _surface(number, labels[box.slices] == number, box, spacing)
        if surface is not None:
            found.append(surface)
    return tuple(found)


def _surface(number: int, mask: NDArray[np.bool_], box: Box, spacing: Spacing) -> Surface | None:
    from skimage.measure import marching_cubes

    if not mask.any():
        return None
    step = max(1, max(mask.shape) // FINE_VOXELS)
    padded = np.pad(mask, step).astype(np.float32)
    vertices, faces, _, _ = marching_cubes(padded, 0.5, step_size=step)
    places = (vertices - step + (box.z0, box.y0, box.x0) + 0.5) * spacing
    # The light of pyqtgraph's shader "shaded" falls on the sides that face inward by their corners.
    turned = np.ascontiguousarray(faces[:, ::-1], np.int32)
    return Surface(number, np.ascontiguousarray(places[:, ::-1], np.float32), turned)
