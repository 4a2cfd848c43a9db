import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpsam_core.errors import ImageError
from cpsam_core.images import Image, arrange, parse_axes


def counted(*shape: int) -> np.ndarray:
    return np.arange(np.prod(shape), dtype=np.uint16).reshape(shape)


@pytest.mark.parametrize(
    ("shape", "axes", "expected", "certain"),
    [
        ((20, 30), "YX", (1, 20, 30, 1), True),
        ((1, 20, 30), "YX", (1, 20, 30, 1), True),
        ((3, 20, 30), "CYX", (1, 20, 30, 3), False),
        ((20, 30, 3), "YXC", (1, 20, 30, 3), False),
        ((20, 30, 2), "YXC", (1, 20, 30, 2), False),
        ((40, 20, 30), "ZYX", (40, 20, 30, 1), False),
        ((2, 40, 20, 30), "CZYX", (40, 20, 30, 2), False),
        ((40, 2, 20, 30), "ZCYX", (40, 20, 30, 2), False),
        ((40, 20, 30, 3), "ZYXC", (40, 20, 30, 3), False),
        ((1, 40, 1, 20, 30), "ZYX", (40, 20, 30, 1), False),
        ((1, 1), "YX", (1, 1, 1, 1), True),
        ((1, 5), "YX", (1, 1, 5, 1), True),
    ],
)
def test_axes_are_guessed_from_lengths(shape, axes, expected, certain):
    image = arrange(counted(*shape))
    assert image.axes == axes
    assert image.pixels.shape == expected
    assert image.axes_certain is certain


@pytest.mark.parametrize(
    ("shape", "axes", "expected"),
    [
        ((30, 8, 9), "CYX", (1, 8, 9, 30)),
        ((30, 8, 9), "zyx", (30, 8, 9, 1)),
        ((8, 9, 30), "YXC", (1, 8, 9, 30)),
        ((2, 4, 8, 9), "CZYX", (4, 8, 9, 2)),
        ((1, 4, 2, 8, 9), "TZCYX", (4, 8, 9, 2)),
        ((1, 4, 1, 8, 9), "ZYX", (4, 8, 9, 1)),
        ((4, 2, 8, 9, 3), "ZCYXS", (4, 8, 9, 6)),
        ((9, 8), "XY", (1, 8, 9, 1)),
    ],
)
def test_given_axes_are_certain(shape, axes, expected):
    image = arrange(counted(*shape), axes)
    assert image.pixels.shape == expected
    assert image.axes_certain


@settings(max_examples=60, deadline=None)
@given(st.permutations("ZCYX"), st.tuples(*[st.integers(1, 4)] * 4))
def test_every_value_lands_at_its_place(letters, lengths):
    array = counted(*lengths)
    image = arrange(array, "".join(letters))
    z, y, x, c = (letters.index(letter) for letter in "ZYXC")
    assert np.array_equal(image.pixels, array.transpose(z, y, x, c))
    assert np.shares_memory(image.pixels, array)


def test_channels_and_samples_are_joined_in_order():
    array = counted(2, 4, 5, 3)
    image = arrange(array, "CYXS")
    assert np.array_equal(image.pixels[0, ..., 4], array[1, ..., 1])
    assert len(image.channel_names) == 6


def test_several_time_points_need_a_choice():
    array = counted(6, 4, 5)
    with pytest.raises(ImageError, match=r"6 time points \(axes TYX.*axes ZYX"):
        arrange(array, "TYX")
    assert np.array_equal(arrange(array, "TYX", time=2).pixels[0, ..., 0], array[2])
    with pytest.raises(ImageError, match="no time point 6"):
        arrange(array, "TYX", time=6)
    with pytest.raises(ImageError, match="separate files"):
        arrange(counted(6, 3, 4, 5), "TZYX")


def test_what_cannot_be_guessed_asks_for_axes():
    with pytest.raises(ImageError, match=r"shape 7 x 8 x 20 x 30.*give the axes"):
        arrange(counted(7, 8, 20, 30))


@pytest.mark.parametrize("axes", ["ZZYX", "QYX", "ZY", "", "ZCX"])
def test_senseless_axes_are_refused(axes):
    with pytest.raises(ImageError, match="make no sense"):
        parse_axes(axes)


def test_axes_of_the_wrong_count_name_both_counts():
    with pytest.raises(
        ImageError, match=r"Axes YX name 2 dimensions, but The array has 3 \(shape 3 x 4 x 5\)"
    ):
        arrange(counted(3, 4, 5), "YX")


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((4, 4), complex), "complex"),
        (np.zeros((0, 4)), "no pixels"),
        (np.zeros(4), "no pixels"),
        (np.float32(1), "no pixels"),
        (np.array([["a", "b"]]), "not numbers"),
        (np.array([[{}, {}]]), "not numbers"),
    ],
)
def test_what_is_no_image_is_refused(array, words):
    with pytest.raises(ImageError, match=words):
        arrange(array)


def test_booleans_and_foreign_byte_order_become_plain_numbers():
    assert arrange(np.eye(4, dtype=bool)).pixels.dtype == np.uint8
    swapped = arrange(np.arange(6, dtype=">u2").reshape(2, 3))
    assert swapped.pixels.dtype.isnative
    assert swapped.pixels.ravel().tolist() == list(range(6))


def test_names_that_do_not_fit_are_replaced_and_equal_ones_told_apart():
    array = counted(2, 4, 5)
    assert arrange(array, "CYX", channel_names=("DAPI", "actin")).channel_names == ("DAPI", "actin")
    assert arrange(array, "CYX", channel_names=("DAPI",)).channel_names == ("channel 1", "channel 2")
    assert arrange(array, "CYX", channel_names=("a", "a")).channel_names == ("a (1)", "a (2)")
    assert arrange(counted(4, 5, 3), "YXS").channel_names == ("red", "green", "blue")


def test_properties_of_an_image():
    image = arrange(counted(2, 4, 5), "ZYX", pixel_size=0.5, z_step=2.0)
    assert (image.is_stack, image.anisotropy, image.spatial_shape) == (True, 4.0, (2, 4, 5))
    flat = arrange(counted(4, 5))
    assert (flat.is_stack, flat.anisotropy, flat.spatial_shape) == (False, None, (4, 5))
    assert isinstance(flat, Image)
