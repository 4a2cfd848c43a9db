import json

import geojson
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape as shapely_shape

from cpsam_core.errors import ImageError
from cpsam_core.formats import ObjectSet, ReadHints, WriteOptions, find_format, read_objects, write_objects
from cpsam_core.formats.json_files import ring_texts
from tests.core.formats.formats_scenes import cells, full_set, scattered

GEOJSON = find_format("geojson")


def feature(geometry, **properties):
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def square(x, y, size=2):
    return [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]


def read(tmp_path, data, shape=(10, 12)):
    (tmp_path / "a.geojson").write_text(json.dumps(data), encoding="utf-8")
    return read_objects(tmp_path / "a.geojson", GEOJSON, ReadHints(shape))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5))
def test_other_programs_read_valid_objects_of_the_same_pixels(tmp_path_factory, seed, values):
    path = tmp_path_factory.mktemp("geojson") / "a.geojson"
    labels = scattered(seed, values=values)
    write_objects(path, full_set(labels))
    collection = geojson.loads(path.read_text(encoding="utf-8"))
    assert collection.is_valid and collection["type"] == "FeatureCollection"
    y, x = (axis + 0.5 for axis in np.mgrid[: labels.shape[0], : labels.shape[1]])
    for one in collection["features"]:
        geometry = shapely_shape(one["geometry"])
        number = int(one["properties"]["name"])
        assert geometry.is_valid and geometry.area == (labels == number).sum()
        assert np.array_equal(shapely.contains_xy(geometry, x, y), labels == number)


def test_features_are_qupaths(tmp_path):
    labels = np.zeros((2, 9, 9), np.uint32)
    labels[1, 2:6, 3:8] = 4
    labels[1, 3, 5] = 0
    objects = ObjectSet(
        labels,
        classes={4: 2},
        class_names={2: "Tumor"},
        class_colours={2: (200, 0, 0)},
        columns={"Area": np.array([19.0]), "unknown": np.array([np.nan]), "who": np.array(["me"])},
    )
    write_objects(tmp_path / "a.geojson", objects)
    (one,) = json.loads((tmp_path / "a.geojson").read_text())["features"]
    assert one["properties"] == {
        "objectType": "detection",
        "name": "4",
        "classification": {"name": "Tumor", "color": [200, 0, 0]},
        "measurements": {"Area": 19.0},
        "metadata": {"who": "me"},
    }
    assert one["geometry"]["type"] == "Polygon"
    assert one["geometry"]["plane"] == {"c": -1, "z": 1, "t": 0}
    outer, hole = one["geometry"]["coordinates"]
    assert outer[0] == outer[-1] and hole[0] == hole[-1]
    assert sorted(outer[:-1]) == [[3, 2], [3, 6], [8, 2], [8, 6]]
    write_objects(tmp_path / "b.geojson", objects, None, WriteOptions(annotations=True))
    assert '"objectType":"annotation"' in (tmp_path / "b.geojson").read_text()


def test_files_of_qupath_of_any_version(tmp_path):
    data = {
        "type": "FeatureCollection",
        "features": [
            {
                **feature(
                    {"type": "Polygon", "coordinates": [square(1, 1, 4), square(2, 2, 1)]},
                    objectType="annotation",
                    classification={"name": "Tumor", "color": [255, 0, 1]},
                    measurements={"Area µm^2": 3.5, "bad": "x"},
                    metadata={"ID": "7"},
                ),
                "id": "2f2b7d51-6e5c-4a0f-8f1c-6f1a4f4c1e11",
            },
            feature(
                {"type": "MultiPolygon", "coordinates": [[square(6, 6)], [square(9, 8)]]},
                classification={"name": "Stroma", "colorRGB": -6895466},
                measurements=[{"name": "Area µm^2", "value": 8}, {"name": "Mean", "value": 2}],
            ),
            feature({"type": "Point", "coordinates": [1, 1]}),
            feature(None),
            feature(
                {
                    "type": "GeometryCollection",
                    "geometries": [{"type": "Polygon", "coordinates": [square(0, 8)]}],
                }
            ),
        ],
    }
    found = read(tmp_path, data)
    expected = np.zeros((10, 12), np.uint32)
    expected[1:5, 1:5] = 1
    expected[2, 2] = 0
    expected[6:8, 6:8] = expected[8:10, 9:11] = 2
    expected[8:10, 0:2] = 3
    assert np.array_equal(found.labels, expected)
    assert found.classes == {1: 1, 2: 2} and found.class_names == {1: "Tumor", 2: "Stroma"}
    assert found.class_colours == {1: (255, 0, 1), 2: (150, 200, 150)}
    np.testing.assert_array_equal(found.columns["Area µm^2"], [3.5, 8, np.nan])
    np.testing.assert_array_equal(found.columns["Mean"], [np.nan, 2, np.nan])
    assert found.columns["ID"].tolist() == ["7", "", ""]
    assert found.notes == ("2 points, lines or empty features were left out",)


def test_a_list_and_a_single_feature_are_understood(tmp_path):
    one = feature({"type": "Polygon", "coordinates": [square(1, 1)]}, name="12")
    for data in (one, [one]):
        assert np.unique(read(tmp_path, data).labels).tolist() == [0, 12]


def test_what_reaches_beyond_the_image_is_cut_off_and_said(tmp_path):
    data = [
        feature({"type": "Polygon", "coordinates": [square(-1, -1, 3)]}),
        feature({"type": "Polygon", "coordinates": [square(11, 9, 1e6)]}),
        feature({"type": "Polygon", "coordinates": [square(50, 50)]}),
        feature({"type": "Polygon", "coordinates": [square(1, 1, 3)]}),
        feature({"type": "Polygon", "coordinates": [square(5, 5)], "plane": {"z": 9}}),
    ]
    found = read(tmp_path, data)
    assert (found.labels == 1).sum() == 3 and (found.labels == 2).sum() == 1
    words = " ".join(found.notes)
    for text in (
        "2 objects reached beyond",
        "1 object covered no pixel",
        "1 object overlapped",
        "1 object lay on planes",
    ):
        assert text in words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (7, "no list of features"),
        ({"features": {}}, "no list of features"),
        ({"features": [1]}, "no list of features"),
        ([feature({"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]})], "feature 1 makes no sense"),
        ([feature({"type": "Polygon", "coordinates": [[[0, "a"], [1, 1], [2, 2]]]})], "makes no sense"),
        ([feature({"type": "Polygon", "coordinates": [[[0, 0], [1], [2, 2]]]})], "makes no sense"),
        ([feature({"type": "Polygon", "coordinates": [[[0, 0], [1, 1e300], [2, 2]]]})], "beyond any image"),
        ([feature({"type": "Polygon", "coordinates": {"a": 1}})], "no areas"),
        ([feature({"type": "Point", "coordinates": [1, 2]})], "no areas"),
        ([feature({"type": "Polygon", "coordinates": [square(99, 99)]})], "belong to another"),
    ],
)
def test_senseless_files(tmp_path, data, words):
    with pytest.raises(ImageError, match=words):
        read(tmp_path, data)


@pytest.mark.parametrize("shape", [[0, 5], [5], [-1, 5], [10**7, 10**7], ["a", 5], None, [1.5, 2]])
def test_senseless_sizes(tmp_path, shape):
    data = {
        "cpsam": {"shape": shape},
        "features": [feature({"type": "Polygon", "coordinates": [square(0, 0)]})],
    }
    (tmp_path / "a.geojson").write_text(json.dumps(data))
    with pytest.raises(ImageError, match=r"image is needed|made to fill the memory"):
        read_objects(tmp_path / "a.geojson")


@pytest.mark.parametrize(
    "change",
    [
        {"classification": 5},
        {"classification": {"name": 3}},
        {"measurements": "x"},
        {"measurements": [1]},
        {"measurements": {"a": [1]}},
        {"metadata": [1]},
        {"name": 12},
        {"classification": {"color": ["x", 1, 2]}},
        {"classification": {"name": "x", "color": [999, 1, 2], "colorRGB": "y"}},
    ],
)
def test_properties_of_wrong_types_do_no_harm(tmp_path, change):
    found = read(tmp_path, [feature({"type": "Polygon", "coordinates": [square(1, 1)]}, **change)])
    assert np.unique(found.labels).tolist() == [0, 1]


def test_numbers_that_are_there_twice_are_counted_instead(tmp_path):
    data = [feature({"type": "Polygon", "coordinates": [square(x, 1)]}, name="5") for x in (1, 4)]
    assert np.unique(read(tmp_path, data).labels).tolist() == [0, 1, 2]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 99)), min_size=1, max_size=5), max_size=4
    )
)
def test_corners_are_written_as_json(rings):
    texts = list(ring_texts([np.array(ring, np.int32) for ring in rings]))
    assert [json.loads(text) for text in texts] == [
        [list(point) for point in [*ring, ring[0]]] for ring in rings
    ]


def test_roundish_objects_have_no_holes(tmp_path):
    write_objects(tmp_path / "a.geojson", ObjectSet(cells(1)))
    for one in json.loads((tmp_path / "a.geojson").read_text())["features"]:
        assert one["geometry"]["type"] == "Polygon" and len(one["geometry"]["coordinates"]) == 1
