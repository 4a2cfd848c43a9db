"""Files whose numbers, axes, names or sizes were once taken for something else."""

import io
import json
import logging
import pickletools
import struct
import zipfile
import zlib

import numpy as np
import pytest
import tifffile
from roifile import ImagejRoi

from cpsam_core.errors import ImageError
from cpsam_core.formats import find_format, read_objects, write_objects
from cpsam_core.formats.objects import ObjectSet
from cpsam_core.formats.options import ReadHints
from cpsam_core.images import (
    SegFile,
    arrange,
    read_image,
    read_labels,
    read_rois,
    read_seg,
    write_labels,
    write_seg,
    write_tiff,
)
from cpsam_core.measure import measure

RNG = np.random.default_rng(0)
MASKS = np.pad(np.ones((10, 12), np.uint16), ((5, 5), (5, 13)))


def write_packed(path, array, bits):
    """Write an uncompressed TIFF whose samples take `bits` bits, as scientific cameras do."""
    rows = []
    for row in array:
        text = "".join(format(int(value), f"0{bits}b") for value in row)
        text += "0" * (-len(text) % 8)
        rows.append(bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8)))
    write_raw_tiff(path, b"".join(rows), array.shape, [(258, 3, bits), (262, 3, 1), (277, 3, 1)])


def write_raw_tiff(path, data, shape, tags):
    """Write a TIFF of one strip with the bytes and tags given; a tag is (code, type, value or two values)."""
    height, width = shape[:2]
    given = {code for code, *_ in tags}
    tags = [*tags, (256, 3, width), (257, 3, height), (273, 4, 8), (278, 4, height), (279, 4, len(data))]
    tags += [] if 259 in given else [(259, 3, 1)]
    data += b"\0" * (len(data) % 2)
    entries, beyond = b"", b""
    after = 8 + len(data) + 2 + 12 * len(tags) + 4
    for code, kind, value in sorted(tags):
        values = value if isinstance(value, tuple) else (value,)
        packed = struct.pack(f"<{len(values)}{'H' if kind == 3 else 'I'}", *values)
        if len(packed) > 4:
            packed, beyond = struct.pack("<I", after + len(beyond)), beyond + packed
        entries += struct.pack("<HHI", code, kind, len(values)) + packed.ljust(4, b"\0")
    ifd = struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(data)) + data + ifd + beyond)


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_packed_numbers(tmp_path, bits):
    array = np.arange(40 * 60).reshape(40, 60) % (1 << bits)
    write_packed(tmp_path / "a.tif", array, bits)
    assert np.array_equal(read_image(tmp_path / "a.tif").pixels[0, ..., 0], array)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("down", "across"), [(2, 2), (1, 2), (2, 1), (1, 4)])
def test_colours_at_a_lower_resolution(tmp_path, down, across, packed):
    height, width = 6 * down, 5 * across
    light = RNG.integers(60, 200, (height, width)).astype(np.uint8)
    colours = RNG.integers(118, 138, (height // down, width // across, 2)).astype(np.uint8)
    units = light.reshape(height // down, down, width // across, across).swapaxes(1, 2)
    units = units.reshape(height // down, width // across, -1)
    data = np.concatenate([units, colours], axis=2).tobytes()
    data = zlib.compress(data) if packed else data
    tags = [
        (258, 3, (8, 8, 8)),
        (262, 3, 6),
        (277, 3, 3),
        (530, 3, (across, down)),
        (259, 3, 8 if packed else 1),
    ]
    write_raw_tiff(tmp_path / "a.tif", data, light.shape, tags)
    image = read_image(tmp_path / "a.tif")
    assert image.is_rgb and image.pixels.shape == (1, height, width, 3)
    brightness = image.pixels[0].astype(float) @ [0.299, 0.587, 0.114]
    assert np.abs(brightness - light).max() < 1.5
    blue = 0.564 * (image.pixels[0, ..., 2] - brightness) + 128
    assert np.abs(blue - colours[..., 0].repeat(down, 0).repeat(across, 1)).max() < 1.5


def test_inks_and_inverted_scales_by_their_meaning(tmp_path):
    gray = RNG.integers(0, 255, (20, 30)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "white.tif", gray, photometric="miniswhite")
    assert np.array_equal(read_image(tmp_path / "white.tif").pixels[0, ..., 0], 255 - gray)
    assert np.array_equal(read_labels(tmp_path / "white.tif"), gray)  # numbers of objects are no brightness
    inks = np.zeros((4, 5, 4), np.uint8)
    inks[0, 0] = (255, 0, 0, 0)
    inks[1, 1] = (0, 0, 0, 255)
    tifffile.imwrite(tmp_path / "inks.tif", inks, photometric="separated")
    image = read_image(tmp_path / "inks.tif")
    assert image.is_rgb
    assert image.pixels[0, [0, 1, 2], [0, 1, 2]].tolist() == [[0, 255, 255], [0, 0, 0], [255, 255, 255]]


@pytest.mark.parametrize(("kind", "offset"), [("cielab", 0), ("icclab", 128)])
def test_lab_becomes_colours(tmp_path, kind, offset):
    lab = np.full((4, 5, 3), offset, np.uint8)
    lab[..., 0] = 255
    lab[0, 0, 0] = 0
    lab[1, 1] = (136, (80 + offset) % 256, (67 + offset) % 256)
    tifffile.imwrite(tmp_path / "a.tif", lab, photometric=kind)
    pixels = read_image(tmp_path / "a.tif").pixels[0]
    assert pixels[0, 0].max() < 3 and pixels[3, 3].min() > 252
    red, green, blue = pixels[1, 1].tolist()
    assert red > 240 and green < 40 and blue < 40


def test_planar_colours_are_colours_and_planar_numbers_ask(tmp_path, caplog):
    rgb = RNG.integers(0, 255, (3, 20, 30)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", rgb, photometric="rgb", planarconfig="separate")
    assert read_image(tmp_path / "a.tif").is_rgb
    assert not caplog.records
    stack = rgb.astype(np.uint16) * 16
    tifffile.imwrite(tmp_path / "b.tif", stack, photometric="rgb", planarconfig="separate")
    image = read_image(tmp_path / "b.tif")
    assert (image.axes_certain, image.is_rgb) == (False, False)
    assert np.array_equal(image.pixels[0], stack.transpose(1, 2, 0))
    assert read_labels(tmp_path / "b.tif").shape == stack.shape


def test_guessed_axes_are_said(tmp_path, caplog):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((5, 20, 30), np.uint16), photometric="minisblack")
    image = read_image(tmp_path / "a.tif")
    assert not image.axes_certain
    (record,) = caplog.records
    assert record.levelno == logging.WARNING and f"axes {image.axes}" in record.getMessage()
    caplog.clear()
    read_image(tmp_path / "a.tif", axes="ZYX")
    assert not caplog.records


def two_scenes(path):
    scan = RNG.integers(0, 99, (30, 40)).astype(np.uint16)
    with tifffile.TiffWriter(path) as file:
        metadata = {"axes": "YX", "Channel": {"Name": ["brightfield"]}, "PhysicalSizeX": 5.0}
        file.write(np.zeros((16, 16), np.uint16), metadata={**metadata, "Name": "overview"})
        metadata = {"axes": "YX", "Channel": {"Name": ["DAPI"]}, "PhysicalSizeX": 0.5}
        file.write(scan, metadata={**metadata, "Name": "scan"})
    return scan


def test_scenes_of_a_file(tmp_path, caplog):
    scan = two_scenes(tmp_path / "a.ome.tif")
    first = read_image(tmp_path / "a.ome.tif")
    assert (first.spatial_shape, first.scene, first.channel_names) == ((16, 16), "overview", ("brightfield",))
    assert "overview, scan" in caplog.text
    for wanted in ("scan", 1, "1"):
        image = read_image(tmp_path / "a.ome.tif", scene=wanted)
        assert np.array_equal(image.pixels[0, ..., 0], scan)
        assert (image.scene, image.channel_names, image.pixel_size) == ("scan", ("DAPI",), 0.5)
    with pytest.raises(ImageError, match="no scene 2; there are 0: overview, 1: scan"):
        read_image(tmp_path / "a.ome.tif", scene=2)


def test_reduced_pages_give_way_to_the_scan(tmp_path, caplog):
    scan = RNG.integers(0, 255, (60, 80, 3)).astype(np.uint8)
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(scan[::10, ::10], photometric="rgb", subfiletype=1)
        file.write(scan, photometric="rgb")
    assert np.array_equal(read_image(tmp_path / "a.tif").pixels[0], scan)
    assert not caplog.records
    tifffile.imwrite(tmp_path / "b.tif", scan, photometric="rgb", subfiletype=1)
    assert np.array_equal(read_image(tmp_path / "b.tif").pixels[0], scan)  # there is nothing else


def write_set(folder, parts):
    """Write OME-TIFF files that name each other, each with planes (first C, first Z) of an image of its own or not."""
    uuids = [f"urn:uuid:00000000-0000-0000-0000-00000000000{k}" for k in range(len(parts))]
    paths = [folder / f"run_{k}.ome.tif" for k in range(len(parts))]
    one_image = any(c or z for c, z in parts)
    size_c, size_z = (max(place[axis] for place in parts) + 1 for axis in (0, 1))
    data = [
        f'<TiffData IFD="0" FirstC="{c}" FirstZ="{z}" FirstT="0" PlaneCount="1">'
        f'<UUID FileName="{path.name}">{uuid}</UUID></TiffData>'
        for (c, z), path, uuid in zip(parts, paths, uuids, strict=True)
    ]

    def image(k, sizes, channels, rows):
        return (
            f'<Image ID="Image:{k}" Name="Pos{k}"><Pixels ID="Pixels:{k}" DimensionOrder="XYCZT" Type="uint16" '
            f'SizeX="40" SizeY="30" SizeC="{sizes[0]}" SizeZ="{sizes[1]}" SizeT="1" PhysicalSizeX="{0.5 + k}" '
            f'PhysicalSizeXUnit="µm">{channels}{rows}</Pixels></Image>'
        )

    def channel(k, c):
        return f'<Channel ID="Channel:{k}:{c}" Name="DAPI{k + c}" SamplesPerPixel="1"/>'

    if one_image:
        body = image(0, (size_c, size_z), "".join(channel(0, c) for c in range(size_c)), "".join(data))
    else:
        body = "".join(image(k, (1, 1), channel(k, 0), rows) for k, rows in enumerate(data))
    for k, path in enumerate(paths):
        text = (
            '<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" '
            f'UUID="{uuids[k]}">{body}</OME>'
        )
        plane = np.full((30, 40), 1000 * (k + 1), np.uint16)
        tifffile.imwrite(path, plane, description=text.encode(), metadata=None, photometric="minisblack")
    return paths


@pytest.mark.parametrize("alone", [False, True])
def test_one_file_of_a_set_is_itself(tmp_path, alone, caplog):
    first, second = write_set(tmp_path, [(0, 0), (0, 0)])
    if alone:
        first.unlink()
    image = read_image(second)
    assert int(image.pixels.flat[0]) == 2000
    assert (image.channel_names, image.pixel_size, image.spatial_shape) == (("DAPI1",), 1.5, (30, 40))
    assert not caplog.records


def test_one_channel_of_a_set_keeps_its_name_and_says_so(tmp_path, caplog):
    first, second = write_set(tmp_path, [(0, 0), (1, 0)])
    first.unlink()
    image = read_image(second)
    assert (int(image.pixels.flat[0]), image.channel_names) == (2000, ("DAPI1",))
    assert "only its own planes" in caplog.text


def test_resolutions_of_print_are_no_sizes(tmp_path):
    for dots in (72, 96, 300):
        tifffile.imwrite(
            tmp_path / "a.tif", MASKS, imagej=True, resolution=(dots, dots), metadata={"unit": "inch"}
        )
        assert read_image(tmp_path / "a.tif").pixel_size is None
    tifffile.imwrite(
        tmp_path / "a.tif", MASKS, imagej=True, resolution=(50800, 50800), metadata={"unit": "inch"}
    )
    assert read_image(tmp_path / "a.tif").pixel_size == pytest.approx(0.5)


def test_unequal_sides_of_pixels(tmp_path):
    sizes = {"axes": "YX", "PhysicalSizeX": 0.5, "PhysicalSizeY": 1.0}
    tifffile.imwrite(tmp_path / "a.ome.tif", np.zeros(MASKS.shape, np.uint16), metadata=sizes)
    image = read_image(tmp_path / "a.ome.tif")
    assert (image.pixel_size, image.pixel_height) == (0.5, 1.0)
    table = measure(MASKS, pixel_size=image.pixel_size, pixel_height=image.pixel_height)
    assert table["area_um2"].tolist() == [60.0]
    assert table["centroid_y_um"][0] == table["centroid_y"][0]
    assert table["centroid_x_um"][0] == table["centroid_x"][0] / 2
    # 10 rows of 1 um against 12 columns of 0.5 um: the long axis lies along the rows' direction.
    stretched = measure(MASKS.repeat(2, axis=0), pixel_size=0.5)
    assert table["major_axis_um"][0] == pytest.approx(stretched["major_axis_um"][0], rel=0.02)
    assert "perimeter_um" not in table.columns
    stack = np.stack([MASKS] * 4)
    bodies = measure(stack, pixel_size=0.5, pixel_height=1.0, z_step=2.0)
    assert bodies["volume_um3"].tolist() == [480.0]


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_indexed_png_holds_numbers(tmp_path, bits):
    numbers = (np.arange(35).reshape(5, 7) % (1 << bits)).astype(np.uint8)
    palette = RNG.integers(0, 255, (1 << bits, 3)).astype(np.uint8)
    (tmp_path / "a.png").write_bytes(indexed_png(numbers, palette, bits))
    assert np.array_equal(read_labels(tmp_path / "a.png"), numbers)
    image = read_image(tmp_path / "a.png")
    assert image.is_rgb and np.array_equal(image.pixels[0], palette[numbers])


def indexed_png(numbers, palette, bits):
    rows = b""
    for row in numbers:
        text = "".join(format(int(value), f"0{bits}b") for value in row)
        text += "0" * (-len(text) % 8)
        rows += b"\0" + bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", numbers.shape[1], numbers.shape[0], bits, 3, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [
            chunk(b"IHDR", head),
            chunk(b"PLTE", palette.tobytes()),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        ]
    )


def test_an_indexed_png_that_is_damaged(tmp_path):
    data = indexed_png(np.zeros((5, 7), np.uint8), np.zeros((4, 3), np.uint8), 2)
    for length in range(0, len(data) - 12, 3):
        (tmp_path / "a.png").write_bytes(data[:length])
        with pytest.raises(ImageError):
            read_labels(tmp_path / "a.png")


def test_segmentations_load_in_every_numpy(tmp_path):
    path = tmp_path / "a_seg.npy"
    flows = np.ones((2, *MASKS.shape), np.float32)
    write_seg(path, SegFile(masks=MASKS.astype(np.uint32), flows=flows, logits=flows[0], diameter=30.0))
    data = path.read_bytes()
    body = data[data.index(b"\n", 10) + 1 :]
    named = {str(arg).split()[0] for op, arg, _ in pickletools.genops(body) if "GLOBAL" in op.name}
    assert "numpy.core.multiarray" in named
    assert not any(name.startswith("numpy._core") for name in named)
    assert not any(op.name == "STACK_GLOBAL" for op, _, _ in pickletools.genops(body))
    assert np.array_equal(np.load(path, allow_pickle=True).item()["masks"], MASKS)
    assert np.array_equal(read_seg(path).masks, MASKS)


def test_slices_in_the_names_of_rois(tmp_path):
    with zipfile.ZipFile(tmp_path / "RoiSet.zip", "w") as file:
        for name, left in (("0003-0010-0012", 5), ("0005-0010-0037", 30)):
            corners = np.array([[left, 5], [left + 14, 5], [left + 14, 15], [left, 15]])
            file.writestr(f"{name}.roi", ImagejRoi.frompoints(corners, name=name).tobytes())
    labels = read_rois(tmp_path / "RoiSet.zip", (5, 60, 70))
    assert [np.unique(np.nonzero(labels == number)[0]).tolist() for number in (1, 2)] == [[2], [4]]
    assert np.unique(read_rois(tmp_path / "RoiSet.zip", (60, 70))).tolist() == [0, 1, 2]


def test_imagej_finds_planes_and_distances_of_masks(tmp_path):
    write_labels(tmp_path / "a.tif", np.stack([MASKS] * 5), pixel_size=0.325, z_step=2.0)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.is_imagej
        lines = file.pages[0].description.splitlines()
        width = file.pages[0].tags["XResolution"].value
    assert {"images=5", "slices=5", "unit=um", "spacing=2.0"} <= set(lines)
    assert width[1] / width[0] == pytest.approx(0.325)
    image = read_image(tmp_path / "a.tif")
    assert (image.pixel_size, image.z_step, image.axes) == (0.325, 2.0, "ZYX")
    # Objects over 65,535 need numbers that ImageJ does not know; the file stays what it was.
    write_tiff(tmp_path / "b.tif", np.full((3, 4, 5), 70_000, np.uint32), "ZYX", pixel_size=0.325, z_step=2.0)
    assert read_image(tmp_path / "b.tif").z_step == 2.0


def test_a_channel_without_a_name_leaves_the_others_theirs(tmp_path):
    metadata = {"axes": "CYX", "Channel": {"Name": ["DAPI", "", "GFP"]}}
    tifffile.imwrite(tmp_path / "a.ome.tif", np.zeros((3, 20, 30), np.uint16), metadata=metadata)
    assert read_image(tmp_path / "a.ome.tif").channel_names == ("DAPI", "channel 2", "GFP")


@pytest.mark.parametrize("suffix", [".lsm", ".stk", ".svs", ".qptiff", ".flex", ".scn"])
def test_tiff_under_other_names(tmp_path, suffix):
    tifffile.imwrite(tmp_path / "a.tif", MASKS)
    (tmp_path / "a.tif").rename(tmp_path / f"a{suffix}")
    assert np.array_equal(read_image(tmp_path / f"a{suffix}").pixels[0, ..., 0], MASKS)


def test_what_follows_a_jpeg_does_not_count(tmp_path):
    pillow = pytest.importorskip("PIL.Image")
    picture = RNG.integers(0, 255, (60, 80, 3)).astype(np.uint8)
    for options in ({}, {"progressive": True}):
        stream = io.BytesIO()
        pillow.fromarray(picture).save(stream, "JPEG", **options)
        whole = stream.getvalue()
        for seed in range(8):
            tail = np.random.default_rng(seed).integers(0, 256, 100_000).astype(np.uint8).tobytes()
            (tmp_path / "a.jpg").write_bytes(whole + tail)
            assert read_image(tmp_path / "a.jpg").pixels.shape == (1, 60, 80, 3)
        for part in range(10, len(whole) - 2, len(whole) // 20):
            (tmp_path / "a.jpg").write_bytes(whole[:part])
            with pytest.raises(ImageError):
                read_image(tmp_path / "a.jpg")


def test_a_list_is_not_an_image():
    with pytest.raises(ImageError, match="A list is not an image"):
        arrange([MASKS, MASKS])
    assert arrange([[1, 2], [3, 4]]).pixels.shape == (1, 2, 2, 1)  # rows of numbers are


def test_coco_counts_from_one(tmp_path):
    labels = MASKS.astype(np.uint32)
    labels[0, 0] = 2
    for classes, numbers in (({}, [1]), ({1: 1}, [1, 2]), ({1: 3, 2: 5}, [3, 5])):
        objects = ObjectSet(labels, classes=classes, image_name="a.tif")
        write_objects(tmp_path / "a_coco.json", objects, find_format("coco"))
        data = json.loads((tmp_path / "a_coco.json").read_text())
        assert [one["id"] for one in data["categories"]] == numbers
        assert {one["category_id"] for one in data["annotations"]} <= set(numbers)
        assert read_objects(tmp_path / "a_coco.json").classes == classes


def test_no_outlines_are_no_damage(tmp_path):
    objects = ObjectSet(np.zeros((20, 30), np.uint32))
    write_objects(tmp_path / "a_outlines.txt", objects, find_format("outlines"))
    assert (tmp_path / "a_outlines.txt").stat().st_size == 0
    found = read_objects(tmp_path / "a_outlines.txt", None, ReadHints(look=lambda: (20, 30)))
    assert not found.labels.any()


OME_WITHOUT_PLANES = (
    '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels ID="Pixels:0" '
    'DimensionOrder="XYZCT" Type="uint8" SizeX="30" SizeY="20" SizeZ="{z}" SizeC="{c}" SizeT="{t}">'
    "<TiffData/></Pixels></Image></OME>"
)


@pytest.mark.parametrize(
    "description",
    [
        '{"shape": [0, 20, 30]}',
        '{"shape": [20, 0]}',
        "ImageJ=1.54f\nimages=0\nslices=0\n",
        "ImageJ=1.54f\nimages=1\nchannels=0\nframes=0\nhyperstack=true\n",
        OME_WITHOUT_PLANES.format(z=0, c=1, t=1),
        OME_WITHOUT_PLANES.format(z=1, c=0, t=1),
        OME_WITHOUT_PLANES.format(z=1, c=1, t=0),
    ],
)
def test_an_axis_without_length_in_a_description(tmp_path, description):
    path = tmp_path / "a.tif"
    pixels = np.arange(600, dtype=np.uint8).reshape(20, 30)
    tifffile.imwrite(path, pixels, description=description, metadata=None)
    try:
        found = read_image(path).pixels
    except ImageError as error:
        assert "\n" not in str(error)
    else:
        np.testing.assert_array_equal(found[0, :, :, 0], pixels)


@pytest.mark.parametrize("shape", [(0, 30), (20, 0), (0, 0)])
def test_a_tiff_without_pixels(tmp_path, shape):
    write_raw_tiff(tmp_path / "a.tif", b"", shape, [(258, 3, 8), (262, 3, 1), (277, 3, 1)])
    for read in (read_image, read_labels):
        with pytest.raises(ImageError):
            read(tmp_path / "a.tif")
