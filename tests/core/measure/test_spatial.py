"""Tables for scverse; the libraries are an extra, and without them a message says so."""

from __future__ import annotations

import builtins
import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_core.errors import ImageError
from cpsam_core.measure import export_columns, measure, write_table
from cpsam_core.measure.spatial import anndata_of, spatialdata_of


def measured() -> tuple[Any, Any, Any]:
    labels = np.zeros((20, 30), np.uint32)
    labels[2:8, 3:9], labels[10:18, 12:28] = 4, 9
    pixels = np.random.default_rng(0).integers(0, 99, (1, 20, 30, 2)).astype(np.uint16)
    return labels, pixels, measure(labels, pixels, channels=["DAPI", "GFP"], pixel_size=0.5)


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = builtins.__import__
    monkeypatch.setattr(importlib, "import_module", lambda name: real("no_such_" + name.split(".")[0]))
    with pytest.raises(ImageError, match=r"cpsam-gui\[spatial\]"):
        write_table(tmp_path / "a.h5ad", export_columns(measured()[2]))


def test_a_table_as_anndata(tmp_path: Path) -> None:
    anndata = pytest.importorskip("anndata")
    _, _, table = measured()
    write_table(tmp_path / "a.h5ad", export_columns(table))
    read = anndata.read_h5ad(tmp_path / "a.h5ad")
    assert read.obs["id"].tolist() == [4, 9]
    np.testing.assert_allclose(read[:, "mean_DAPI"].X[:, 0], table["mean_DAPI"], rtol=1e-6)
    np.testing.assert_allclose(read.obsm["spatial"][:, 0], table["centroid_x_um"])
    assert read.var.loc["solidity", "formula"] == "A / convex area"
    assert anndata_of(export_columns(table.select(np.zeros(2, bool)))).shape[0] == 0


def test_image_masks_and_table_together(tmp_path: Path) -> None:
    spatialdata = pytest.importorskip("spatialdata")
    labels, pixels, table = measured()
    spatialdata_of(labels, pixels, table).write(tmp_path / "all.zarr")
    read = spatialdata.read_zarr(tmp_path / "all.zarr")
    np.testing.assert_array_equal(np.asarray(read["image"].data), np.moveaxis(pixels[0], -1, 0))
    joined = spatialdata.get_element_instances(read.labels["cells"])
    assert set(read.tables["measurements"].obs["id"]) == set(joined) - {0}
