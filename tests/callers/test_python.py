"""The calls that programs make to the package, and the reference's own examples, line by line."""

from __future__ import annotations

import ast
import importlib.metadata
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from cellpose import core, dynamics, io, metrics, models, plot, train, utils
from cpsam_core import Segmenter, Settings
from cpsam_core.images import read_seg, write_labels, write_picture

ROOT = Path(__file__).parents[2] / "cpsam-cellpose"
Crop = Callable[[int], NDArray[np.uint8]]


@pytest.fixture
def model(home: Path) -> models.CellposeModel:
    return models.CellposeModel(pretrained_model="cpsam", gpu=True)


def test_fiji_by_appose(model: models.CellposeModel, crop: Crop) -> None:
    """imglib2-cellpose hands over arrays with named axes, time first, and takes three values."""
    movie = np.stack([crop(0), crop(1)])[..., np.newaxis]
    masks, flows, _styles = model.eval(
        movie,
        diameter=None,
        do_3D=False,
        anisotropy=1.0,
        stitch_threshold=0.0,
        channel_axis=3,
        z_axis=0,
        flow3D_smooth=0,
        resample=True,
        normalize=True,
        flow_threshold=0.4,
        cellprob_threshold=0.0,
        min_size=15,
        niter=None,
        tile_overlap=0.1,
    )
    assert masks.shape == (2, 128, 128)
    assert masks.dtype == np.uint16
    assert flows[0].shape == (2, 128, 128, 3)
    assert flows[0].dtype == np.uint8
    for time in (0, 1):  # as frame by frame: each numbered from 1
        alone = Segmenter(model.segmenter.network).segment(crop(time), Settings(diameter=25))
        assert np.array_equal(np.unique(masks[time]), np.arange(masks[time].max() + 1))
        assert abs(int(alone.labels.max()) - int(masks[time].max())) <= 2


def test_time_and_channels_without_words(model: models.CellposeModel, crop: Crop) -> None:
    movie = np.stack([np.stack([crop(n), crop(n)], axis=-1) for n in range(3)])
    masks, _, _ = model.eval(movie, channel_axis=-1, diameter=25)
    assert masks.shape == (3, 128, 128)


def test_cellprofiler_in_python(model: models.CellposeModel, crop: Crop) -> None:
    """The plugin passes `invert`, at which Cellpose 4 itself stops, and shows `flows[2]`."""
    x = crop(0).astype(np.float32) / 255
    y, flows, *_ = model.eval(
        x,
        z_axis=0 if x.ndim == 3 else None,
        diameter=25,
        do_3D=False,
        anisotropy=1.0,
        flow_threshold=0.4,
        cellprob_threshold=0.0,
        stitch_threshold=0.0,
        min_size=15,
        invert=False,
    )
    inner = utils.remove_edge_masks(y)
    assert core.use_gpu() in (True, False)
    assert flows[2].shape == x.shape
    assert 0 < inner.max() < y.max()
    expected = model.segmenter.segment(crop(0), Settings(diameter=25))
    np.testing.assert_array_equal(y, expected.labels)


def test_napari(home: Path, crop: Crop) -> None:
    """The plugin names a model type of old, and makes masks again from flows that it kept."""
    shutil.copy(home / "models" / "cpsam", home / "models" / "cpsam_v2")
    model = models.CellposeModel(model_type="cyto3", gpu=True)
    masks, flows, _ = model.eval(crop(0), channels=[0, 0], diameter=25, resample=False)
    assert model.pretrained_model == "cpsam_v2"
    again = dynamics.resize_and_compute_masks(
        flows[1], flows[2], niter=167, cellprob_threshold=0.0, flow_threshold=0.4, resize=crop(0).shape
    )
    assert again.shape == masks.shape
    assert abs(int(again.max()) - int(masks.max())) <= 2
    twice = dynamics.resize_and_compute_masks(flows[1], flows[2], resize=(256, 256))
    assert twice.shape == (256, 256)


def test_example_of_evaluation(model: models.CellposeModel, home: Path, crop: Crop) -> None:
    files = []
    for number in range(2):
        files.append(str(home / f"{number}.tif"))
        tifffile.imwrite(files[-1], crop(number))
    imgs = [io.imread(f) for f in files]
    masks, flows, styles = model.eval(imgs, flow_threshold=0.4, cellprob_threshold=0.0)
    assert len(masks) == len(flows) == len(styles) == 2
    io.masks_flows_to_seg(imgs, masks, flows, files)
    io.save_masks(imgs, masks, flows, files, png=True, tif=True)
    seg = read_seg(home / "0_seg.npy")
    np.testing.assert_array_equal(seg.masks, masks[0])
    assert seg.flows is not None
    np.testing.assert_array_equal(io.imread(home / "1_cp_masks.png"), masks[1])
    outlines = utils.outlines_list(masks[0])
    assert len(outlines) == masks[0].max()
    assert utils.masks_to_outlines(masks[0]).any()
    assert plot.mask_overlay(imgs[0], masks[0]).shape == (128, 128, 3)
    ap = metrics.average_precision(masks, masks)[0]
    np.testing.assert_array_equal(ap, 1)


def test_example_of_training(model: models.CellposeModel, home: Path, crop: Crop) -> None:
    for number in range(3):
        folder = home / ("train" if number < 2 else "test")
        folder.mkdir(exist_ok=True)
        write_picture(folder / f"{number}_img.png", crop(number))
        masks = model.eval(crop(number), diameter=25)[0]
        write_labels(folder / f"{number}_masks.tif", masks)
    output = io.load_train_test_data(home / "train", home / "test", image_filter="_img", mask_filter="_masks")
    images, labels, names, test_images, test_labels, _ = output
    assert [Path(name).name for name in names] == ["0_img.png", "1_img.png"]
    model_path, train_losses, test_losses = train.train_seg(
        model.net,
        train_data=images,
        train_labels=labels,
        test_data=test_images,
        test_labels=test_labels,
        weight_decay=0.1,
        learning_rate=1e-5,
        n_epochs=2,
        nimg_per_epoch=2,
        bsize=64,
        min_train_masks=2,
        model_name="my_new_model",
        save_path=home,
    )
    assert model_path == home / "models" / "my_new_model"
    assert len(train_losses) == len(test_losses) == 2
    assert (test_losses > 0).all()
    new = models.CellposeModel(pretrained_model=str(model_path))
    assert new.eval(crop(0), diameter=25)[0].max() > 0


def test_lists_with_a_diameter_for_each(model: models.CellposeModel, crop: Crop) -> None:
    masks, _, _ = model.eval([crop(0), crop(1)[:, :96]], diameter=[25, 40])
    alone = model.eval(crop(1)[:, :96], diameter=40)[0]
    np.testing.assert_array_equal(masks[1], alone)


@pytest.mark.parametrize(
    ("shape", "arguments", "axes"),
    [
        ((50, 60), {}, "YX"),
        ((3, 50, 60), {}, "CYX"),
        ((50, 60, 3), {}, "YXC"),
        ((9, 50, 60), {}, "ZYX"),
        ((3, 50, 60), {"volume": True}, "ZYX"),
        ((9, 50, 60, 2), {}, "ZYXC"),
        ((9, 2, 50, 60), {}, "ZCYX"),
        ((50, 60, 9), {"z_axis": -1}, "YXZ"),
        ((4, 50, 60, 9), {"channel_axis": 0, "z_axis": 3}, "CYXZ"),
    ],
)
def test_axes(shape: tuple[int, ...], arguments: dict[str, Any], axes: str) -> None:
    from cellpose.settings import axes_of

    assert axes_of(shape, **arguments) == axes


def test_options_of_normalisation(
    model: models.CellposeModel, crop: Crop, caplog: pytest.LogCaptureFixture
) -> None:
    given = {"lowhigh": None, "percentile": [2, 98], "normalize": True, "tile_norm_blocksize": 0, "wonder": 1}
    masks = model.eval(crop(0), diameter=25, normalize=given)[0]
    from cpsam_core.preprocess.normalize import NormalizeSettings

    settings = Settings(diameter=25, normalize=NormalizeSettings(percentile=(2, 98)))
    np.testing.assert_array_equal(masks, model.segmenter.segment(crop(0), settings).labels)
    assert "wonder" in caplog.text


def test_version_that_callers_ask_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the wheel puts beside the package answers `importlib.metadata.version`, and pip."""
    installed = tmp_path / "cellpose.egg-info"
    installed.mkdir()
    shutil.copy(ROOT / "metadata" / "PKG-INFO", installed / "PKG-INFO")
    monkeypatch.syspath_prepend(str(tmp_path))
    from cellpose.beside import refuse_the_real_one
    from cellpose.version import version

    assert importlib.metadata.version("cellpose") == version
    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text()
    refuse_the_real_one()


def test_refuses_beside_the_real_one(tmp_path: Path) -> None:
    real = tmp_path / "cellpose-4.2.1.dist-info"
    real.mkdir()
    (real / "METADATA").write_text("Metadata-Version: 2.1\nName: cellpose\nVersion: 4.2.1\nSummary: cells\n")
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; import cellpose"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "pip uninstall cellpose cpsam-cellpose" in found.stderr


def test_it_stays_thin() -> None:
    """The stand-in imports the engine, numpy and the standard library; never the window."""
    allowed = {"cellpose", "cpsam_core", "numpy", "torch", *sys.stdlib_module_names}
    for path in (ROOT / "cellpose").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed, path.name
