import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from cpsam_core.errors import ImageError
from cpsam_core.images import arrange, check_same_shape, read_labels, write_labels

LABELS = np.zeros((20, 30), np.uint32)
LABELS[2:8, 3:9] = 1
LABELS[10:15, 10:20] = 7
VOLUME = np.stack([LABELS, LABELS * 2, LABELS])


@pytest.mark.parametrize("suffix", [".tif", ".tiff", ".png", ".npy"])
@pytest.mark.parametrize("largest", [1, 65535])
def test_planes_come_back(tmp_path, suffix, largest):
    labels = np.where(LABELS == 7, largest, LABELS)
    path = tmp_path / f"細胞{suffix}"
    write_labels(path, labels)
    found = read_labels(path)
    assert found.dtype == np.uint32
    assert np.array_equal(found, labels)


@pytest.mark.parametrize("suffix", [".tif", ".npy"])
def test_stacks_come_back(tmp_path, suffix):
    write_labels(tmp_path / f"a{suffix}", VOLUME)
    assert np.array_equal(read_labels(tmp_path / f"a{suffix}"), VOLUME)


@pytest.mark.parametrize(
    ("largest", "dtype"), [(65535, np.uint16), (65536, np.uint32), (2**32 - 1, np.uint32)]
)
def test_tiff_is_no_wider_than_needed(tmp_path, largest, dtype):
    labels = np.where(LABELS == 7, np.uint32(largest), LABELS)
    write_labels(tmp_path / "a.tif", labels, tiled=largest == 65536)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.series[0].dtype == dtype
        assert file.series[0].axes == "YX"
        assert file.pages[0].compression != 1
    assert np.array_equal(read_labels(tmp_path / "a.tif"), labels)


def test_png_says_what_it_cannot_hold(tmp_path):
    with pytest.raises(ImageError, match=r"up to 65,535, and these go up to 70,000: write a\.png as TIFF"):
        write_labels(tmp_path / "a.png", np.where(LABELS == 7, 70000, LABELS))
    with pytest.raises(ImageError, match="PNG holds one plane"):
        write_labels(tmp_path / "a.png", VOLUME)
    with pytest.raises(ImageError, match=r"as \.tif, \.png or \.npy"):
        write_labels(tmp_path / "a.jpg", LABELS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (LABELS + 0.5, "whole numbers"),
        (np.where(LABELS == 1, np.nan, LABELS), "NaN"),
        (LABELS.astype(np.int64) - 1, "negative"),
        (LABELS.astype(np.int64) << 40, "2\\*\\*32"),
        (np.zeros((2, 3, 4, 5), np.uint16), "4 axes"),
    ],
)
def test_what_is_no_label_image_is_refused(tmp_path, array, words):
    path = tmp_path / "a.npy"
    np.save(path, array)
    with pytest.raises(ImageError, match=words) as caught:
        read_labels(path)
    assert str(path) in str(caught.value)


def test_colours_and_channels_are_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(np.zeros((20, 30, 3), np.uint8)))
    with pytest.raises(ImageError, match="colour picture"):
        read_labels(tmp_path / "a.png")
    tifffile.imwrite(tmp_path / "b.tif", VOLUME.astype(np.uint16), imagej=True, metadata={"axes": "CYX"})
    with pytest.raises(ImageError, match="several channels"):
        read_labels(tmp_path / "b.tif")


def test_whole_floats_and_signed_numbers_are_labels(tmp_path):
    for dtype in (np.float32, np.float64, np.int16, np.int64, np.bool_):
        np.save(tmp_path / "a.npy", LABELS.astype(dtype))
        assert np.array_equal(read_labels(tmp_path / "a.npy"), LABELS.astype(dtype))


@pytest.mark.parametrize("planes", [1, 2, 3, 4, 9])
def test_few_planes_are_planes_and_not_channels(tmp_path, planes):
    stack = np.repeat(LABELS[np.newaxis].astype(np.uint16), planes, axis=0)
    expected = stack[0] if planes == 1 else stack
    tifffile.imwrite(tmp_path / "a.tif", stack, photometric="minisblack", metadata=None)
    assert np.array_equal(read_labels(tmp_path / "a.tif"), expected)
    if planes in (3, 4):  # what a bare imwrite makes of them
        tifffile.imwrite(tmp_path / "b.tif", stack, photometric="rgb", planarconfig="separate")
        assert np.array_equal(read_labels(tmp_path / "b.tif"), expected)


def test_sizes_are_compared_in_words(tmp_path):
    image = arrange(np.zeros((20, 30)))
    check_same_shape(image, LABELS)
    check_same_shape(np.zeros((20, 30)), LABELS)
    with pytest.raises(
        ImageError, match=r"a\.tif and the image differ in size: 30 x 19 pixels against 30 x 20"
    ):
        check_same_shape(image, LABELS[1:], "a.tif")
    with pytest.raises(ImageError, match="30 x 20 pixels, 3 planes against 30 x 20 pixels"):
        check_same_shape(image, VOLUME)


def test_one_pixel_and_nothing(tmp_path):
    write_labels(tmp_path / "a.tif", np.ones((1, 1), np.uint8))
    assert read_labels(tmp_path / "a.tif").tolist() == [[1]]
    with pytest.raises(ImageError, match="empty"):
        write_labels(tmp_path / "b.tif", np.zeros((0, 4), np.uint8))
    assert not (tmp_path / "b.tif").exists()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 2**32 - 1), st.integers(0, 2**31))
def test_any_labels_come_back(tmp_path_factory, height, width, largest, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, largest, (height, width), endpoint=True, dtype=np.uint32)
    path = tmp_path_factory.mktemp("labels") / "a.tif"
    write_labels(path, labels)
    assert np.array_equal(read_labels(path), labels)
