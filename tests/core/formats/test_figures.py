import re

import numpy as np
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpsam_core.errors import ImageError
from cpsam_core.formats import ObjectSet, WriteOptions, find_format, left_out, write_objects
from cpsam_core.images import arrange, read_image
from cpsam_core.images.scale_bar import ScaleBar, choose_scale_bar, draw_scale_bar
from tests.core.formats.formats_scenes import cells

LABELS = cells(1)
PLAIN = WriteOptions(scale_bar=False, fill=0)


def shown(labels=LABELS, value=90, **others) -> ObjectSet:
    image = arrange(np.full(labels.shape, value, np.uint8), "ZYX"[-labels.ndim :])
    return ObjectSet(labels, image=image, image_name="größe.tif", **others)


@given(st.integers(1, 10**5), st.floats(1e-4, 1e4))
def test_a_scale_bar_is_round_and_fits(width, pixel_size):
    bar = choose_scale_bar(width, pixel_size)
    assert 0.079 * width <= bar.pixels <= 0.2001 * width
    number, unit = bar.text.split(" ")
    assert float(number) / {"nm": 1000, "µm": 1, "mm": 0.001}[unit] == pytest.approx(bar.pixels * pixel_size)
    assert float(f"{float(number):.0e}") == pytest.approx(float(number))
    assert f"{float(number):.0e}"[0] in "125"


@pytest.mark.parametrize("pixel_size", [None, 0, -1, 1e9, float("nan"), float("inf")])
def test_the_bar_is_in_pixels_where_their_size_is_not_known(tmp_path, pixel_size):
    assert choose_scale_bar(100, pixel_size) == ScaleBar(20, "20 px")
    assert choose_scale_bar(3, pixel_size) == ScaleBar(1, "1 px")
    pictures = []
    for wanted in (True, False):
        objects = shown(np.zeros((90, 100), np.uint32))
        write_objects(tmp_path / "a.png", objects, find_format("overlay"), WriteOptions(scale_bar=wanted))
        pictures.append(read_image(tmp_path / "a.png").pixels)
    assert not np.array_equal(*pictures)
    write_objects(tmp_path / "a.pdf", shown(np.zeros((90, 100), np.uint32)), None, WriteOptions())
    assert "20 px" in pypdf.PdfReader(tmp_path / "a.pdf").pages[0].extract_text()


@pytest.mark.parametrize("background", [0, 255])
@pytest.mark.parametrize("size", [(30, 40), (400, 500)])
def test_the_bar_is_as_long_as_it_says_and_shows_on_any_ground(background, size):
    picture = np.full((*size, 3), background, np.uint8)
    bar = choose_scale_bar(size[1], 0.5)
    draw_scale_bar(picture, bar)
    margin = max(2, round(0.03 * min(size)))
    row = picture[size[0] - margin - 1, :, 0]
    white = np.flatnonzero(row == 255) if background == 0 else np.flatnonzero(row != 0)
    right = size[1] - margin
    assert (picture[size[0] - margin - 1, right - round(bar.pixels) : right] == 255).all()
    if background == 0:
        assert len(white) == round(bar.pixels)
    assert (picture != background).any()


def test_the_picture_has_outlines_in_the_colours_of_classes(tmp_path):
    number = int(LABELS.max())
    objects = shown(classes={number: 2}, class_colours={2: (1, 200, 3)})
    write_objects(tmp_path / "a.png", objects, find_format("overlay"), PLAIN)
    picture = read_image(tmp_path / "a.png").pixels[0]
    coloured = (picture == (1, 200, 3)).all(axis=-1)
    assert coloured.any() and (LABELS[coloured] == number).all()
    for options in (WriteOptions(), WriteOptions(show_ids=True)):
        write_objects(tmp_path / "b.png", shown(pixel_size=0.5), find_format("overlay"), options)
        assert not np.array_equal(read_image(tmp_path / "b.png").pixels[0], picture)


def test_the_pdf_has_the_outlines_as_lines_and_the_words(tmp_path):
    labels = np.zeros((40, 80), np.uint32)
    labels[10:20, 20:50] = 12
    labels[12:15, 30:40] = 0
    objects = shown(labels, pixel_size=0.5)
    write_objects(tmp_path / "a.pdf", objects, None, WriteOptions(show_ids=True))
    (page,) = pypdf.PdfReader(tmp_path / "a.pdf").pages
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    assert width == pytest.approx(170 / 25.4 * 72, abs=0.01) and height == pytest.approx(width / 2, abs=0.01)
    text = page.extract_text()
    assert "12" in text and "5 µm" in text
    content = page.get_contents().get_data().decode("latin-1")
    scale = width / 80
    x, y = 20 * scale, height - 10 * scale
    corners = re.findall(r"([\d.]+) ([\d.]+) [ml]\b", content)
    assert any(abs(float(a) - x) < 0.02 and abs(float(b) - y) < 0.02 for a, b in corners)
    assert len(corners) == 8
    (picture,) = page.images
    assert picture.image.size == (80, 40)


def test_the_same_objects_make_the_same_pdf(tmp_path):
    for name in "ab":
        write_objects(tmp_path / f"{name}.pdf", shown(pixel_size=1), None, WriteOptions())
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


@pytest.mark.parametrize("key", ["overlay", "figure"])
def test_a_stack_shows_its_fullest_plane_and_sizes_have_to_agree(tmp_path, key):
    stack = np.stack([LABELS * 0, LABELS])
    name = tmp_path / f"a.{'png' if key == 'overlay' else 'pdf'}"
    write_objects(name, shown(stack), find_format(key))
    assert name.stat().st_size > 1000
    wrong = ObjectSet(LABELS, image=arrange(np.zeros((5, 6), np.uint8)))
    with pytest.raises(ImageError, match="differ in size"):
        write_objects(name, wrong, find_format(key))


@pytest.mark.parametrize("key", ["overlay", "figure"])
def test_a_stack_shows_the_plane_that_is_wanted(tmp_path, key):
    planes = [LABELS, LABELS * 0, np.where(LABELS.max() == LABELS, LABELS, 0)]
    form = find_format(key)
    stack, single = (tmp_path / f"{name}{form.ending}" for name in ("stack", "single"))
    for plane in range(3):
        write_objects(stack, shown(np.stack(planes), plane=plane), form, PLAIN)
        write_objects(single, shown(planes[plane]), form, PLAIN)
        assert stack.read_bytes() == single.read_bytes()
    assert left_out(form, shown(np.stack(planes), plane=2)) == (f"{form.title} shows plane 3 alone.",)
    assert "most labelled pixels" in left_out(form, shown(np.stack(planes)))[0]
    assert left_out(form, shown(LABELS)) == ()


def test_no_objects_no_outlines(tmp_path):
    write_objects(tmp_path / "a.pdf", shown(np.zeros((9, 9), np.uint32)), None, WriteOptions(show_ids=True))
    assert len(pypdf.PdfReader(tmp_path / "a.pdf").pages) == 1
