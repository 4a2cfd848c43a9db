"""Measurements for scverse: tables as AnnData, and image, masks and table together as SpatialData.

Both libraries come with ``pip install "cpsam-gui[spatial]"``.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AnyPath, saving
from cpsam_core.measure.catalogue import entry_of
from cpsam_core.measure.objects import Column, ObjectMeasurements

__all__ = ["anndata_of", "spatialdata_of", "write_anndata"]

MASKS, TABLE = "cells", "measurements"
"""Names of elements in a SpatialData."""


def anndata_of(columns: Mapping[str, Column]) -> Any:
    """Return a table as AnnData.

    Parameters
    ----------
    columns
        Of equal length, as `export_columns` gives them.

    Returns
    -------
    anndata.AnnData
        `X` holds the measures (float32), `var` their units and formulas, `obs` what is no number (image, id, class),
        ``obsm["spatial"]`` the centroids x, y (z), in micrometres where they are known.

    Raises
    ------
    ImageError
        The library is not installed.
    """
    library, pandas = _needed("anndata"), _needed("pandas")
    measures = [name for name, values in columns.items() if _is_measure(name, values)]
    count = len(next(iter(columns.values()))) if columns else 0
    values = np.stack([columns[name].astype(np.float32) for name in measures], axis=1) if measures else None
    described = [entry_of(name) for name in measures]
    obs = {name: _plain(column) for name, column in columns.items() if name not in measures}
    var = {
        "unit": [one.unit if one else "" for one in described],
        "formula": [one.formula if one else "" for one in described],
    }
    made = library.AnnData(
        X=np.zeros((count, 0), np.float32) if values is None else values,
        obs=pandas.DataFrame(obs, index=[str(number) for number in range(count)]),
        var=pandas.DataFrame(var, index=measures),
    )
    made.obsm["spatial"] = _places(columns, count)
    return made


def write_anndata(path: AnyPath, columns: Mapping[str, Column]) -> None:
    """Write a table as ``.h5ad``, in one step.

    Raises
    ------
    ImageError
        The library is not installed, or writing failed.
    """
    made = anndata_of(columns)
    with saving(Path(path)) as temporary:
        made.write_h5ad(temporary)


def spatialdata_of(labels: NDArray[Any], pixels: NDArray[Any] | None, table: ObjectMeasurements) -> Any:
    """Return image, masks and measurements of a plane together, joined by the numbers of the objects.

    Parameters
    ----------
    labels : (y, x) integer array
    pixels : (1, y, x, c) array or None
        The image.
    table : ObjectMeasurements
        What `measure` made of them.

    Returns
    -------
    spatialdata.SpatialData
        Elements ``image`` and ``cells``, and the table ``measurements``; `write` stores it as zarr.

    Raises
    ------
    ImageError
        The library is not installed, or this is a stack.
    """
    library, models = _needed("spatialdata"), _needed("spatialdata.models")
    if labels.ndim != 2:
        raise ImageError("SpatialData is made of a plane; choose one of the stack.")
    made = anndata_of(table.columns)
    made.obs["region"] = MASKS
    made.obs["region"] = made.obs["region"].astype("category")
    elements: dict[str, Any] = {
        "labels": {MASKS: models.Labels2DModel.parse(labels.astype(np.uint32), dims=("y", "x"))},
        "tables": {
            TABLE: models.TableModel.parse(made, region=MASKS, region_key="region", instance_key="id")
        },
    }
    if pixels is not None:
        channels = list(table.channels) or [str(number) for number in range(pixels.shape[-1])]
        image = np.moveaxis(pixels[0], -1, 0)
        elements["images"] = {
            "image": models.Image2DModel.parse(image, dims=("c", "y", "x"), c_coords=channels)
        }
    return library.SpatialData(**elements)


def _is_measure(name: str, values: Column) -> bool:
    return name != "id" and values.dtype.kind in "fiu" and not name.startswith("box_") and name != "class"


def _plain(values: Column) -> Any:
    return values.astype(np.int64) if values.dtype.kind in "iu" else values


def _places(columns: Mapping[str, Column], count: int) -> NDArray[np.float64]:
    for ending in ("_um", ""):
        found = [columns[name] for axis in "xyz" if (name := f"centroid_{axis}{ending}") in columns]
        if len(found) > 1:
            return np.stack(found, axis=1).astype(np.float64)
    return np.zeros((count, 2))


def _needed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImageError(
            f"This needs the library {name.split('.')[0]}, which is not installed. Install it with: "
            'pip install "cpsam-gui[spatial]", or write the table as .csv.'
        ) from error
