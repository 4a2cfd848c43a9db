"""What changed in a volume, in three views: every place of the picture is one of the image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cpsam_core.data.pairs import Pair
from cpsam_core.data.sections import Section
from cpsam_core.images import arrange
from cpsam_core.retrain.judge import image_change
from cpsam_gui.dialogs.change_views import GAP_PX, ChangeViews
from cpsam_gui.dialogs.outline_picture import GAINED, LOST


def views(section: Section | None = None) -> ChangeViews:
    from dataclasses import replace

    true = np.zeros((6, 20, 30), np.uint32)
    true[1:5, 2:8, 3:9] = 1
    true[1:5, 10:18, 15:25] = 2
    old, new = np.where(true == 1, true, 0), np.where(true == 2, true, 0)
    pair = Pair(Path("a.tif"), Path("a_masks.tif"), "", section=section)
    return ChangeViews.of(replace(image_change(pair, true, old, new), spacing=2.0))


def test_three_views_through_a_changed_body() -> None:
    shown = views()
    z, y, x = shown.at
    assert shown.change.true[int(z), int(y), int(x)] in (1, 2)
    picture = shown.picture(arrange(np.zeros((6, 20, 30), np.uint8), "ZYX"))
    assert picture.shape == (20 + GAP_PX + 12, 30 + GAP_PX + 12, 3)
    for part in (picture[:20, :30], picture[20 + GAP_PX :, :30], picture[:20, 30 + GAP_PX :]):
        colours = {tuple(colour) for colour in part.reshape(-1, 3).tolist()}
        assert colours & {GAINED, LOST}


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [
        (5.5, 7.5, (None, 5.5, 7.5)),
        (20 + GAP_PX + 3.0, 7.5, (1.5, None, 7.5)),
        (5.5, 30 + GAP_PX + 6.0, (3.0, 5.5, None)),
        (20 + GAP_PX + 3.0, 30 + GAP_PX + 3.0, None),
        (20.5, 7.5, None),
    ],
)
def test_a_click_tells_the_voxel(
    row: float, column: float, place: tuple[float | None, float | None, float | None] | None
) -> None:
    shown = views()
    found = shown.voxel(row, column)
    if place is None:
        assert found is None
    else:
        assert found == tuple(at if want is None else want for want, at in zip(place, shown.at, strict=True))
