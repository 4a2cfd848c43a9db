"""How far objects are from each other, and from regions."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from cpsam_core.measure.grouped import Floats
from cpsam_core.measure.intensity import portions
from cpsam_core.measure.objects import Column
from cpsam_core.measure.scene import Scene
from cpsam_core.progress import Progress


def distance_measures(scene: Scene, progress: Progress) -> dict[str, Column]:
    """Return the columns; those of regions only where some are given."""
    first, second = neighbour_distances(scene)
    columns: dict[str, Column] = dict(
        scene.in_micrometres({"nearest_distance": first, "second_nearest_distance": second})
    )
    if scene.regions is not None:
        gap, inside = region_distances(scene)
        columns |= scene.in_micrometres({"region_distance": gap})
        columns["part_in_region"] = inside
    progress(1, 1, "distances")
    return columns


def neighbour_distances(scene: Scene) -> tuple[Floats, Floats]:
    """Return the distance of each object's centroid to the nearest and second nearest of another; NaN without one."""
    points = scene.objects.centroids * np.array(scene.scale.spacing)
    result = np.full((2, len(points)), np.nan)
    if len(points) > 1:
        found = cKDTree(points).query(points, k=min(3, len(points)))[0]
        result[: found.shape[1] - 1] = found[:, 1:].T
    return result[0], result[1]


def region_distances(scene: Scene) -> tuple[Floats, Floats]:
    """Return how far each object's nearest pixel is from the regions (0 inside), and which part of it lies in them."""
    count = len(scene.objects)
    gap, inside = np.full(count, np.nan), np.zeros(count)
    if scene.regions is None or not scene.regions.any():
        return gap, inside
    distance = ndimage.distance_transform_edt(~scene.regions, sampling=scene.scale.spacing).reshape(-1)
    for portion in portions(scene.objects):
        values = distance[portion.pixels]
        gap[portion.objects] = np.minimum.reduceat(values, portion.first)
        inside[portion.objects] = (
            np.add.reduceat((values == 0).astype(float), portion.first) / portion.lengths
        )
    return gap, inside
