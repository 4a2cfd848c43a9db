import zipfile

import numpy as np
import pytest
import roifile
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from cpsam_core.errors import ImageError
from cpsam_core.images import read_outlines, read_rois, write_outlines, write_rois
from cpsam_core.images import rois as rois_module
from cpsam_core.images.polygons import fill, outlines_of, shapes_of
from cpsam_core.images.rois import read_roi_file

EIGHT = np.ones((3, 3))


def blobs(seed: int, shape=(40, 50), density=0.55) -> np.ndarray:
    """Connected objects without holes, of any shape, touching each other, at the border too."""
    rng = np.random.default_rng(seed)
    parts, count = ndimage.label(ndimage.gaussian_filter(rng.random(shape), 1) > 1 - density, EIGHT)
    labels = np.zeros(shape, np.uint32)
    for k in range(1, count + 1):
        # Filled without regard to what lies in it: later ones are on top, and what they split is dropped.
        labels[ndimage.binary_fill_holes(parts == k)] = k * 3
    for value in np.unique(labels)[1:]:
        filled = ndimage.binary_fill_holes(labels == value)
        if ndimage.label(labels == value, EIGHT)[1] > 1 or (filled != (labels == value)).any():
            labels[labels == value] = 0
    return labels


def scattered(seed: int, shape=(17, 23), values=4) -> np.ndarray:
    """Noise: objects of many parts with holes, touching by sides and corners, at the border, with gaps in ids."""
    return (np.random.default_rng(seed).integers(0, values, shape) * 5).astype(np.uint32)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6))
def test_outlines_cover_exactly_their_objects(seed, values):
    for labels in (blobs(seed), scattered(seed, values=values)):
        outlines = outlines_of(labels)
        assert [outline.id for outline in outlines] == np.unique(labels)[np.unique(labels) > 0].tolist()
        for outline in outlines:
            assert np.array_equal(fill(outline.rings, labels.shape), labels == outline.id)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6))
def test_shapes_are_valid_polygons_of_exactly_their_objects(seed, values):
    labels = scattered(seed, values=values)
    shapes = shapes_of(labels)
    assert [shape.id for shape in shapes] == np.unique(labels)[np.unique(labels) > 0].tolist()
    for shape in shapes:
        parts = [shapely.Polygon(rings[0], rings[1:]) for rings in shape.parts]
        assert all(part.is_valid and part.exterior.is_ccw for part in parts)
        whole = shapely.MultiPolygon(parts)
        assert whole.is_valid and whole.area == (labels == shape.id).sum()
        covered = np.any([fill(rings, labels.shape) for rings in shape.parts], axis=0)
        assert np.array_equal(covered, labels == shape.id)
        assert len(parts) == ndimage.label(labels == shape.id)[1]


def test_corners_of_a_square_and_of_a_pixel():
    labels = np.zeros((6, 7), np.uint8)
    labels[1:3, 2:5] = 4
    labels[5, 6] = 9
    first, second = outlines_of(labels)
    assert sorted(first.rings[0].tolist()) == [[2, 1], [2, 3], [5, 1], [5, 3]]
    assert sorted(second.rings[0].tolist()) == [[6, 5], [6, 6], [7, 5], [7, 6]]


def test_parts_that_meet_at_a_corner_are_one_outline_and_several_polygons():
    labels = np.eye(4, dtype=np.uint8)
    (outline,) = outlines_of(labels)
    assert len(outline.rings) == 1
    (shape,) = shapes_of(labels)
    assert len(shape.parts) == 4


def test_nothing_to_draw():
    assert outlines_of(np.zeros((3, 3), np.uint8)) == []
    assert shapes_of(np.zeros((3, 3), np.uint8)) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-3, 15), st.floats(-3, 15)), min_size=3, max_size=9))
def test_filling_follows_the_pixel_centres(corners):
    inside = fill([np.array(corners)], (9, 11))
    for y, x in np.ndindex(9, 11):
        crossings = 0
        for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
            if (y0 <= y + 0.5) != (y1 <= y + 0.5):
                at = x0 + (y + 0.5 - y0) * (x1 - x0) / (y1 - y0)
                if abs(at - (x + 0.5)) < 1e-9:
                    break
                crossings += at < x + 0.5
        else:
            assert inside[y, x] == bool(crossings % 2)


def test_rois_come_back_with_their_numbers(tmp_path):
    labels = blobs(3)
    write_rois(tmp_path / "a_rois.zip", labels)
    assert np.array_equal(read_rois(tmp_path / "a_rois.zip", labels.shape), labels)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.booleans())
def test_any_objects_come_back_with_holes_parts_and_groups(tmp_path_factory, seed, values, stack):
    path = tmp_path_factory.mktemp("rois") / "a.zip"
    labels = scattered(seed, (3, 9, 11) if stack else (17, 23), values)
    labels.flat[0] = 7
    write_rois(path, labels, {5: 2, 7: 255})
    found = read_roi_file(path, labels.shape)
    assert np.array_equal(found.labels, labels)
    assert found.groups == {
        number: group for number, group in {5: 2, 7: 255}.items() if (labels == number).any()
    }
    assert found.notes == ()


def test_a_stack_of_rois_comes_back(tmp_path):
    stack = np.stack([blobs(1), np.zeros((40, 50), np.uint32), blobs(2), blobs(1)])
    write_rois(tmp_path / "a.zip", stack)
    assert np.array_equal(read_rois(tmp_path / "a.zip", stack.shape), stack)


def test_other_programs_read_the_rois(tmp_path):
    labels = np.zeros((70, 70), np.uint16)
    labels[5:8, 60:70] = 12
    write_rois(tmp_path / "a.zip", labels)
    (roi,) = roifile.roiread(tmp_path / "a.zip")
    assert roi.name == "12"
    assert roi.roitype == roifile.ROI_TYPE.TRACED
    assert (roi.left, roi.top) == (60, 5)
    assert sorted(roi.coordinates().tolist()) == [[60, 5], [60, 8], [70, 5], [70, 8]]


def test_rois_of_other_programs(tmp_path):
    square = roifile.ImagejRoi.frompoints(np.array([[2, 3], [6, 3], [6, 9], [2, 9]]), name="0006-0004")
    rectangle = roifile.ImagejRoi(roitype=roifile.ROI_TYPE.RECT, left=10, top=1, right=14, bottom=4, name="r")
    point = roifile.ImagejRoi.frompoints(np.array([[1, 1]]), name="p")
    point.roitype = roifile.ROI_TYPE.POINT
    roifile.roiwrite(tmp_path / "a.zip", [square, rectangle, point])
    expected = np.zeros((12, 20), np.uint32)
    expected[3:9, 2:6] = 1
    expected[1:4, 10:14] = 2
    assert np.array_equal(read_rois(tmp_path / "a.zip", (12, 20)), expected)
    # One alone, in a file of its own, partly outside.
    square.tofile(tmp_path / "b.roi")
    assert read_rois(tmp_path / "b.roi", (5, 4)).sum() == 4


def test_rois_beyond_the_image(tmp_path):
    labels = np.zeros((30, 30), np.uint8)
    labels[20:25, 20:25] = 1
    write_rois(tmp_path / "a.zip", labels)
    with pytest.raises(ImageError, match="no area lies inside the image"):
        read_rois(tmp_path / "a.zip", (10, 10))


def test_no_objects(tmp_path):
    write_rois(tmp_path / "a.zip", np.zeros((4, 5), np.uint8))
    write_outlines(tmp_path / "a.txt", np.zeros((4, 5), np.uint8))
    assert (tmp_path / "a.txt").read_bytes() == b""
    assert not read_outlines(tmp_path / "a.txt", (4, 5)).any()
    assert not read_rois(tmp_path / "a.zip", (4, 5)).any()


def test_a_zip_of_something_else_a_damaged_and_a_swollen_one(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../escape.txt", "x")
    with pytest.raises(ImageError, match="no ImageJ ROIs"):
        read_rois(tmp_path / "a.zip", (4, 5))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("../../escape.roi", b"Iout" + b"\xff" * 80)
    with pytest.raises(ImageError, match="holds no areas"):
        read_rois(tmp_path / "b.zip", (4, 5))
    with zipfile.ZipFile(tmp_path / "c.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.roi", bytes(10_000_000))
    monkeypatch.setattr(rois_module, "MOST_BYTES", 1_000_000)
    with pytest.raises(ImageError, match="unpack to more than"):
        read_rois(tmp_path / "c.zip", (4, 5))
    (tmp_path / "d.zip").write_bytes(b"no zip at all" * 9)
    with pytest.raises(ImageError, match="not an ImageJ ROI"):
        read_rois(tmp_path / "d.zip", (4, 5))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "b.zip", "c.zip", "d.zip"]


def test_cut_zips(tmp_path):
    labels = blobs(3)
    path = tmp_path / "a.zip"
    write_rois(path, labels)
    data = path.read_bytes()
    for length in range(1, len(data), 97):
        path.write_bytes(data[:length])
        with pytest.raises(ImageError):
            read_rois(path, labels.shape)


@pytest.mark.parametrize("seed", range(5))
def test_outlines_as_text_come_back(tmp_path, seed):
    labels = blobs(seed)
    write_outlines(tmp_path / "a_cp_outlines.txt", labels)
    back = read_outlines(tmp_path / "a_cp_outlines.txt", labels.shape)
    assert np.array_equal(np.unique(labels)[back], labels)


def test_the_text_is_pairs_of_column_and_row(tmp_path):
    labels = np.zeros((9, 9), np.uint8)
    labels[4:6, 1:4] = 5
    write_outlines(tmp_path / "a.txt", labels)
    numbers = [int(number) for number in (tmp_path / "a.txt").read_text().strip().split(",")]
    pairs = set(zip(numbers[::2], numbers[1::2], strict=True))
    assert pairs == {(x, y) for x in (1, 2, 3) for y in (4, 5)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,2,3\n", "pairs"),
        ("1,2\nx,y\n", "line 2"),
        ("1,1,99,1,1,9\n", "beyond the image"),
        ("-1,1,3,1,1,3\n", "beyond the image"),
        ("nan,1,3,1,1,3\n", "pairs"),
        ("1e300,1\n", "pairs"),
    ],
)
def test_senseless_text(tmp_path, text, words):
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(ImageError, match=words):
        read_outlines(tmp_path / "a.txt", (10, 10))


def test_no_text_at_all(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(ImageError, match="not a text file"):
        read_outlines(tmp_path / "a.txt", (10, 10))
    with pytest.raises(ImageError, match="no file"):
        read_outlines(tmp_path / "none.txt", (10, 10))
    with pytest.raises(ImageError, match="one plane"):
        write_outlines(tmp_path / "b.txt", np.ones((2, 3, 3), np.uint8))
