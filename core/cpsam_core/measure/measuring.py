"""Measure the objects of an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.labels import as_labels
from cpsam_core.measure.background import background_measures
from cpsam_core.measure.colocalisation import colocalisation_measures
from cpsam_core.measure.distances import distance_measures
from cpsam_core.measure.edges import TOUCHING_PIXELS, neighbour_counts, neighbour_pairs, perimeters, surfaces
from cpsam_core.measure.grouped import GroupedPixels, Labels, group
from cpsam_core.measure.hull import hull_sizes
from cpsam_core.measure.intensity import STATISTICS, intensities
from cpsam_core.measure.objects import Column, ObjectFacts, ObjectMeasurements, at_border, channel_columns
from cpsam_core.measure.outline import outline_measures
from cpsam_core.measure.recipes import Recipe
from cpsam_core.measure.scene import Scale, Scene
from cpsam_core.measure.shape import axis_lengths, axis_variances, eccentricity, equivalent_diameter
from cpsam_core.measure.texture import texture_measures
from cpsam_core.progress import Progress, silent


def measure(
    labels: NDArray[Any],
    pixels: NDArray[Any] | None = None,
    *,
    channels: Sequence[str] = (),
    pixel_size: float | None = None,
    z_step: float | None = None,
    facts: ObjectFacts | None = None,
    only: Sequence[int] | NDArray[np.integer[Any]] | None = None,
    near: float = TOUCHING_PIXELS,
    progress: Progress = silent,
    pixel_height: float | None = None,
    recipe: Recipe | None = None,
    regions: NDArray[np.bool_] | None = None,
) -> ObjectMeasurements:
    """Measure the objects of an image.

    Shapes are those of scikit-image's `regionprops`. In a stack every object is a body: the perimeter gives way to
    its surface, eccentricity is that of its longest and shortest axis, and where the sizes of a voxel are known the
    distance of planes counts.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) integer array
        One plane in (z, y, x) is measured as a plane.
    pixels : (z, y, x, c) array, optional
        The image, of any real type; brightness is left out without it.
    channels : sequence of str
        Names of the channels; numbers by default.
    pixel_size, z_step : float, optional
        Micrometres; measures in physical units are left out without them.
    facts : ObjectFacts, optional
        What is known of the objects beyond their pixels.
    only : array of int, optional
        Ids of the objects to measure; all by default.
    near : float
        Distance in pixels up to which objects are neighbours; the default is that of pixels that touch.
    progress : Progress
        Called between the steps; may raise `Cancelled`.
    recipe : Recipe, optional
        What to measure beside that; see `catalogue` for every measure and its formula.
    regions : bool array with the axes of the labels, optional
        Places to which distances are measured, for recipes with distances.
    pixel_height : float, optional
        Micrometres along a column, where they are other than along a row; perimeters of a plane are then given in
        pixels only.

    Returns
    -------
    ObjectMeasurements

    Raises
    ------
    ImageError
        Labels, image and names do not fit each other.
    SettingsError
        `near` is not from 0 to 20, or a size is not above 0.
    """
    if not 0 <= near <= 20:
        raise SettingsError(f"Objects are neighbours up to a distance of 0 to 20 pixels, not {near:g}.")
    if any(size is not None and not size > 0 for size in (pixel_size, z_step, pixel_height)):
        raise SettingsError("pixel_size and z_step are numbers of micrometres above 0.")
    plane, picture = fitting(labels, pixels)
    names = _channel_names(channels, picture)
    scale = Scale(plane.ndim, pixel_size, z_step, pixel_height)
    objects = group(plane, only=None if only is None else np.asarray(only))
    chosen = recipe or Recipe()
    if regions is not None and regions.shape not in (labels.shape, plane.shape):
        raise ImageError(f"Regions of shape {regions.shape} do not fit labels of shape {labels.shape}.")
    steps = _Steps(progress, len(chosen.groups))
    columns: dict[str, Column] = {"id": objects.ids}
    columns |= _shapes(plane, objects, scale, steps)
    columns |= _places(objects, scale)
    if picture is not None:
        found = intensities(objects, picture, steps.next("brightness"))
        for number, name in enumerate(channel_columns(names)):
            columns |= {f"{statistic}_{name}": found[statistic][number] for statistic in STATISTICS}
    pairs = neighbour_pairs(plane, near, steps.next("neighbours"))
    columns["neighbours"] = neighbour_counts(pairs, objects.ids)
    columns["touches_border"] = at_border(objects.boxes, plane.shape)
    if chosen.groups:
        places = None if regions is None else regions.reshape(plane.shape)
        scene = Scene(plane, objects, picture, channel_columns(names), scale, chosen, places)
        columns |= _more(scene, columns, steps)
    table = ObjectMeasurements(
        columns, objects.boxes, plane.shape, pixel_size, z_step, names, near, pixel_height
    )
    return table if facts is None else table.with_facts(facts)


def fitting(labels: NDArray[Any], pixels: NDArray[Any] | None) -> tuple[Labels, NDArray[Any] | None]:
    """Return labels (y, x) or (z, y, x) and the image with the same axes and channels."""
    checked = as_labels(labels)
    plane = checked[0] if checked.ndim == 3 and len(checked) == 1 else checked
    if pixels is None:
        return plane, None
    shape = plane.shape if plane.ndim == 3 else (1, *plane.shape)
    if pixels.ndim != 4 or pixels.shape[:3] != shape:
        raise ImageError(
            f"An image of shape {pixels.shape} does not fit labels of shape {labels.shape}: (z, y, x, c) is expected."
        )
    if pixels.dtype.kind not in "buif":
        raise ImageError(f"Brightness needs real numbers, not {pixels.dtype}.")
    return plane, pixels[0] if plane.ndim == 2 else pixels


def _channel_names(channels: Sequence[str], picture: NDArray[Any] | None) -> tuple[str, ...]:
    if picture is None:
        return ()
    count = picture.shape[-1]
    names = tuple(channels) or tuple(f"channel {number}" for number in range(1, count + 1))
    if len(names) != count:
        raise ImageError(f"{len(names)} names of channels do not fit an image of {count} channels.")
    return names


def _shapes(plane: Labels, objects: GroupedPixels, scale: Scale, steps: _Steps) -> dict[str, Column]:
    flat = plane.ndim == 2
    spacing = scale.spacing
    if flat:
        outline = perimeters(plane, objects.ids, steps.next("outlines"))
    else:
        outline = surfaces(plane, objects.ids, spacing, steps.next("surfaces"))
    hulls = hull_sizes(objects, steps.next("convex hulls"))
    variances = axis_variances(objects, spacing)
    axes = axis_lengths(variances)
    diameters = equivalent_diameter(objects.areas * np.prod(spacing), plane.ndim)
    measured: dict[str, Column] = {
        "area" if flat else "volume": objects.areas,
        "perimeter" if flat else "surface": outline,
        "equivalent_diameter": diameters,
        "major_axis": axes[:, 0],
        "minor_axis": axes[:, -1],
        "eccentricity": eccentricity(variances),
        "solidity": objects.areas / hulls,
    }
    return measured | _physical(measured, objects, scale)


def _physical(measured: Mapping[str, Column], objects: GroupedPixels, scale: Scale) -> dict[str, Column]:
    """Return the measures in micrometres, where the size of a pixel is known."""
    size, height = scale.pixel_size, scale.height
    if size is None or height is None or (scale.dimensions == 3 and scale.z_step is None):
        return {}
    columns: dict[str, Column] = {}
    if scale.dimensions == 2 and height != size:
        # Lengths across rows and along them count differently, so that axes are found anew.
        axes = axis_lengths(axis_variances(objects, (height, size)))
        area = measured["area"] * size * height
        return {
            "area_um2": area,
            "equivalent_diameter_um": equivalent_diameter(area, 2),
            "major_axis_um": axes[:, 0],
            "minor_axis_um": axes[:, -1],
        }
    if scale.dimensions == 2:
        columns["area_um2"] = measured["area"] * size**2
        columns["perimeter_um"] = measured["perimeter"] * size
    else:
        columns["volume_um3"] = measured["volume"] * (size * height * float(scale.z_step or 0))
        columns["surface_um2"] = measured["surface"] * size**2
    for name in ("equivalent_diameter", "major_axis", "minor_axis"):
        columns[f"{name}_um"] = measured[name] * size
    return columns


def _places(objects: GroupedPixels, scale: Scale) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    sizes = (scale.z_step, scale.height, scale.pixel_size)
    letters = "zyx"[-scale.dimensions :]
    for axis, letter in enumerate(letters):
        columns[f"centroid_{letter}"] = objects.centroids[:, axis]
    for letter, size in zip(letters, sizes[-scale.dimensions :], strict=True):
        if size is not None:
            columns[f"centroid_{letter}_um"] = columns[f"centroid_{letter}"] * size
    return columns


def _more(scene: Scene, known: dict[str, Column], steps: _Steps) -> dict[str, Column]:
    """Return the columns of the recipe's groups."""
    columns: dict[str, Column] = {}
    for group_name in scene.recipe.groups:
        progress = steps.next(group_name)
        if len(scene.objects) == 0:
            continue
        if group_name == "outline":
            columns |= outline_measures(scene, known, progress)
        elif group_name == "background":
            columns |= background_measures(scene, known, progress)
        elif group_name == "texture":
            columns |= texture_measures(scene, progress)
        elif group_name == "distances":
            columns |= distance_measures(scene, progress)
        else:
            columns |= colocalisation_measures(scene, progress)
    return columns


class _Steps:
    """One progress from several: each step gets its part of the whole."""

    def __init__(self, progress: Progress, more: int) -> None:
        self._progress = progress
        self._count = 4 + more
        self._done = 0

    def next(self, name: str) -> Progress:
        """Return the progress of the next step."""
        number = self._done
        self._done += 1

        def report(done: int, total: int, note: str = "") -> None:
            self._progress(number * 100 + 100 * done // max(total, 1), self._count * 100, note or name)

        return report
