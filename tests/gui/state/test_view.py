from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from cpsam_gui.state.palette import COLOURS, pack, palette_table, separate, spread, unused
from cpsam_gui.state.view import MAX_SCALE, MIN_SCALE, Camera, ChannelView, View

if TYPE_CHECKING:
    from conftest import Contrast


def test_zoom_keeps_the_place_under_the_pointer() -> None:
    camera = Camera(50, 80, 2.0)
    zoomed = camera.zoom(1.5, 10, 20)
    before = ((10 - camera.y) * camera.scale, (20 - camera.x) * camera.scale)
    after = ((10 - zoomed.y) * zoomed.scale, (20 - zoomed.x) * zoomed.scale)
    assert before == pytest.approx(after)


def test_zoom_has_ends() -> None:
    assert Camera(scale=1).zoom(1e9, 0, 0).scale == MAX_SCALE
    assert Camera(scale=1).zoom(1e-9, 0, 0).scale == MIN_SCALE


def test_fit_shows_everything() -> None:
    camera = Camera.fit(1000, 500, 400, 400)
    assert (camera.y, camera.x) == (500, 250)
    assert 0.9 * 400 < camera.scale * 1000 <= 400


def test_pan_moves_with_the_hand() -> None:
    assert Camera(10, 10, 2).pan(4, -6) == Camera(8, 13, 2)


def test_view_tells_about_changes() -> None:
    view = View(channels=(ChannelView("a", (255, 255, 255)),))
    heard: list[object] = []
    view.events.channels.connect(heard.append)
    view.events.masks.connect(heard.append)
    view.set_channel(0, high=5.0)
    view.set_masks(visible=False)
    view.set_masks(visible=False)
    assert len(heard) == 2
    assert view.channels[0].high == 5.0


def test_selection() -> None:
    view = View()
    view.select(0, 3)
    view.toggle(4)
    view.toggle(3)
    view.toggle(0)
    assert view.selection == {4}


def test_neighbours_differ_in_colour() -> None:
    rng = np.random.default_rng(0)
    ids = np.arange(1, 2001)
    centres = rng.uniform(0, 1000, (2000, 3))
    centres[:, 0] = 0
    chosen = separate(ids, centres)
    from scipy.spatial import cKDTree

    nearest = cKDTree(centres).query(centres, k=2)[1][:, 1]
    same = sum(chosen[int(ids[i])] == chosen[int(ids[nearest[i]])] for i in range(2000))
    assert same == 0
    assert separate(ids, centres) == chosen


def test_chosen_colours_stay() -> None:
    chosen = separate(np.array([1, 2]), np.zeros((2, 3)), {2: 5})
    assert chosen[2] == 5
    assert chosen[1] != 5
    assert separate(np.array([], np.int64), np.zeros((0, 3))) == {}


def test_unused_colour() -> None:
    assert unused(range(5), 0) == 5
    assert unused(range(len(COLOURS)), 3) == 3


def test_the_palette_is_premultiplied() -> None:
    table = palette_table(0.5)
    assert table.shape == (len(COLOURS) + 1,)
    assert table[0] == 0
    for colour in table[1:].tolist():
        assert colour >> 24 == 128
        assert all((colour >> shift & 255) <= 128 for shift in (0, 8, 16))
    assert pack(255, 0, 0, 1.0) == 0xFFFF0000


def test_objects_that_touch_differ_though_others_are_nearer() -> None:
    # A long object beside a row of small ones: its middle is far from most of them.
    ids = np.arange(1, 41)
    centres = np.zeros((40, 3))
    centres[1:, 1] = np.arange(39) * 10
    touching = np.stack([np.zeros(39, np.int64), np.arange(1, 40)], axis=1)
    chosen = spread(ids, centres, touching=touching)
    assert (chosen[1:] != chosen[0]).all()
    kept = spread(ids, centres, {1: 3, 5: 3}, touching)
    assert kept[0] == kept[4] == 3
    assert np.count_nonzero(kept[1:] == 3) == 1


def _luminance(colour: tuple[int, int, int]) -> float:
    parts = [value / 255 for value in colour]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_of_both_themes_is_readable(contrast: Contrast) -> None:
    from cpsam_gui.style import theme

    for scheme in (theme.DARK, theme.LIGHT):
        for ground in (scheme.window, scheme.panel, scheme.field, scheme.canvas):
            assert contrast(scheme.text, ground) >= 4.5
            assert contrast(scheme.dim, ground) >= 4.5
        assert contrast(scheme.on_accent, scheme.accent) >= 4.5
