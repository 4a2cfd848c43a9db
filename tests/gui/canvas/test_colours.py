from __future__ import annotations

import numpy as np
import pytest

from cpsam_gui.canvas.colours import MARKED, ImageColours, LabelColours, edges_of
from cpsam_gui.state.palette import palette_table
from cpsam_gui.state.view import ChannelView, MaskStyle, Overlay

WHITE = ChannelView("gray", (255, 255, 255), 0, 255)
ALL = slice(0, 16, 1)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.float32])
def test_brightness_runs_from_black_to_white(dtype: type) -> None:
    plane = np.linspace(0, 200, 256).astype(dtype).reshape(16, 16, 1)
    colours = ImageColours(plane, [ChannelView("gray", (255, 255, 255), 0, 200)])(ALL, ALL)
    assert colours[0, 0] == 0xFF000000
    assert colours[-1, -1] == 0xFFFFFFFF
    assert (np.diff((colours & 255).astype(int).ravel()) >= 0).all()


def test_channels_add_up_and_stop_at_white() -> None:
    plane = np.full((16, 16, 2), 255, np.uint8)
    red, yellow = ChannelView("r", (255, 0, 0), 0, 255), ChannelView("y", (255, 200, 0), 0, 255)
    assert ImageColours(plane, [red, yellow])(ALL, ALL)[0, 0] == 0xFFFFC800
    assert ImageColours(plane, [])(ALL, ALL)[0, 0] == 0xFF000000


def test_numbers_that_are_none_are_black() -> None:
    plane = np.full((16, 16, 1), np.nan, np.float32)
    assert (ImageColours(plane, [WHITE])(ALL, ALL) == 0xFF000000).all()


def test_gamma_brightens_dark_parts() -> None:
    plane = np.full((16, 16, 1), 60, np.uint8)
    plain = ImageColours(plane, [WHITE])(ALL, ALL)[0, 0] & 255
    bright = ImageColours(plane, [ChannelView("g", (255, 255, 255), 0, 255, 2.0)])(ALL, ALL)[0, 0] & 255
    assert bright > plain


def labels() -> np.ndarray:
    made = np.zeros((16, 16), np.uint32)
    made[2:8, 2:8], made[8:14, 2:8] = 1, 2
    return made


def colours(style: MaskStyle, selected: tuple[int, ...] = ()) -> LabelColours:
    return LabelColours(labels(), palette_table(0.4), palette_table(1.0), style, selected)


def test_fill_and_outline() -> None:
    fill = colours(MaskStyle(overlay=Overlay.FILL))(ALL, ALL)
    assert fill[0, 0] == 0
    assert fill[3, 3] == fill[2, 2] != fill[9, 3]
    line = colours(MaskStyle(overlay=Overlay.OUTLINE))(ALL, ALL)
    assert line[4, 4] == 0
    assert line[2, 2] >> 24 == 255
    both = colours(MaskStyle(overlay=Overlay.BOTH))(ALL, ALL)
    assert both[4, 4] == fill[4, 4]
    assert both[2, 2] == line[2, 2]


def test_outlines_do_not_open_at_the_borders_of_a_block() -> None:
    whole = colours(MaskStyle())(ALL, ALL)
    for y in (slice(0, 7, 1), slice(7, 16, 1)):
        np.testing.assert_array_equal(colours(MaskStyle())(y, ALL), whole[y])


def test_magnified_outlines_are_thin() -> None:
    large = colours(MaskStyle(overlay=Overlay.OUTLINE))(slice(0, 8, 1), slice(0, 16, 1), 4)
    assert large.shape == (32, 64)
    assert large[8, 16] != 0
    assert large[9, 16] == 0


def test_the_selection_is_white() -> None:
    for style in (MaskStyle(), MaskStyle(overlay=Overlay.FILL)):
        shown = colours(style, (1,))(ALL, ALL)
        assert shown[2, 2] == MARKED
        assert shown[9, 2] != MARKED
    many = LabelColours(labels(), *[palette_table(1.0)] * 2, MaskStyle(), range(1, 20))(ALL, ALL)
    assert many[2, 2] == many[9, 2] == MARKED


def test_what_is_hovered_has_a_thinner_rim_than_the_selection() -> None:
    shown = colours(MaskStyle(overlay=Overlay.FILL), (1,))
    thick = np.count_nonzero(shown(ALL, ALL) == MARKED)
    shown.mark(frozenset(), 1)
    thin = np.count_nonzero(shown(ALL, ALL) == MARKED)
    assert 0 < thin < thick


def test_strided_blocks_have_the_right_size() -> None:
    assert colours(MaskStyle())(slice(0, 16, 4), slice(8, 16, 4)).shape == (4, 2)


def test_edges() -> None:
    assert np.count_nonzero(edges_of(labels())) == 20 + 20
