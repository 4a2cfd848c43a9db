"""The calls that programs make to the package, and the reference's own examples, line by line."""

from __future__ import annotations

import ast
import importlib.metadata
import inspect
import shutil
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import numpy as np
import pytest
import tifffile

from cellpose import core, dynamics, io, metrics, models, plot, train, transforms, utils
from cpsam_core import Segmenter, Settings
from cpsam_core.images import read_seg, write_labels, write_picture
from tests.callers.conftest import Crop

ROOT = Path(__file__).parents[2] / "cpsam-cellpose"


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


def test_training_on_what_the_window_of_cellpose_saved(
    model: models.CellposeModel, home: Path, crop: Crop
) -> None:
    """The notebook of training takes `_seg.npy` files for masks, and normalises what it trains on."""
    write_picture(home / "a.png", crop(0))
    masks, flows, _ = model.eval(crop(0), diameter=25)
    io.masks_flows_to_seg([crop(0)], [masks], [flows], [str(home / "a.png")], channels=[0, 0], diams=25)
    images, labels, *_ = io.load_train_test_data(str(home), None, mask_filter="_seg.npy")
    np.testing.assert_array_equal(labels[0], masks)
    path, losses, _ = train.train_seg(
        model.net,
        train_data=images,
        train_labels=labels,
        n_epochs=1,
        normalize={"percentile": [3, 98]},
        bsize=64,
        nimg_per_epoch=max(2, len(images)),
        save_path=home,
        train_probs=np.ones(1),
    )
    assert path.is_file()
    assert np.isfinite(losses).all()


def test_brightness_for_the_eye() -> None:
    """`transforms` as the notebooks use it, against percentiles by numpy."""
    image = np.random.default_rng(0).integers(0, 900, (2, 40, 50)).astype(np.uint16)
    each = transforms.normalize_img(image, axis=0)
    for channel, found in zip(image.astype(float), each, strict=True):
        low, high = np.percentile(channel, [1, 99])
        np.testing.assert_allclose(found, (channel - low) / (high - low), atol=1e-4)
    low, high = np.percentile(image, [3, 98])
    whole = transforms.normalize99(image, lower=3, upper=98)
    np.testing.assert_allclose(whole, (image - low) / (high - low), atol=1e-4)


def test_small_helpers(model: models.CellposeModel, home: Path, crop: Crop) -> None:
    masks = model.eval(crop(0), diameter=25)[0]
    io.outlines_to_text(home / "a", utils.outlines_list(masks))
    lines = (home / "a_cp_outlines.txt").read_text().splitlines()
    assert len(lines) == masks.max()
    points = np.array(lines[0].split(","), int).reshape(-1, 2)
    assert set(masks[points[:, 1], points[:, 0]]) == {1}
    joined = utils.stitch3D(np.stack([masks, np.roll(masks, 1, axis=1)]), stitch_threshold=0.25)
    assert joined.max() == masks.max()
    np.testing.assert_array_equal(metrics.aggregated_jaccard_index([masks], [masks]), [1])
    io.add_model(shutil.copy(home / "models" / "cpsam", home / "mine"))
    assert "mine" in models.get_user_models()


def test_a_file_is_fetched_whole(home: Path) -> None:
    (home / "served").mkdir()
    (home / "served" / "images.npz").write_bytes(b"cells" * 1000)
    handler = partial(SimpleHTTPRequestHandler, directory=str(home / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        utils.download_url_to_file(f"{address}/images.npz", home / "images.npz")
        with pytest.raises(HTTPError):
            utils.download_url_to_file(f"{address}/nothing", home / "nothing")
        server.shutdown()
    assert (home / "images.npz").read_bytes() == b"cells" * 1000
    assert not list(home.glob("*nothing*"))
    with pytest.raises(ValueError, match="not an address"):
        utils.download_url_to_file("file:///etc/hosts", home / "hosts")


def test_arguments_by_their_places() -> None:
    """As in the reference, up to `progress`; what only we know comes after."""
    names = list(inspect.signature(models.CellposeModel.eval).parameters)
    assert names[1:7] == ["x", "batch_size", "resample", "channels", "channel_axis", "z_axis"]
    assert names[7:11] == ["normalize", "rescale", "diameter", "flow_threshold"]
    assert names[22:] == ["compute_masks", "progress", "interp", "invert"]


def test_axes_of_length_one_are_left_out() -> None:
    """An image (y, x, channel, z, 1) with the first two said."""
    from cellpose.settings import without_single_axes

    array, channel_axis, z_axis = without_single_axes(np.zeros((1, 40, 30, 2, 5)), 3, -1)
    assert (array.shape, channel_axis, z_axis) == ((40, 30, 2, 5), 2, 3)
    array, channel_axis, z_axis = without_single_axes(np.zeros((1, 40, 30)), 0, None)
    assert (array.shape, channel_axis) == ((1, 40, 30), 0)


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
