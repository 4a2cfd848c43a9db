"""The line under the table: what the objects are like on the whole. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import written, written_measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cpsam_gui.tasks.measuring import Measurements


def summary_words(now: Measurements, places: NDArray[np.int64], micrometres: bool) -> str:
    """Return counts, the covered part of the image, median size and quality of the rows in `places`."""
    columns, shapes = now.columns, now.shapes
    count, total = len(places), len(now)
    words = [
        translate("{count} objects").format(count=written(total))
        if count == total
        else translate("{count} of {all} objects").format(count=written(count), all=written(total))
    ]
    if not count:
        return words[0]
    sizes = columns[shapes.size_name][places]
    words.append(
        translate("{part} % covered").format(
            part=written(100 * float(sizes.sum()) / np.prod(shapes.shape), ".1f")
        )
    )
    physical = {"area": ("area_um2", "µm²"), "volume": ("volume_um3", "µm³")}[shapes.size_name]
    if micrometres and physical[0] in columns:
        size, unit = columns[physical[0]][places], physical[1]
    else:
        size, unit = sizes, translate("voxels") if shapes.size_name == "volume" else translate("px")
    words.append(
        translate("median size {size}").format(size=f"{written_measure(float(np.median(size)))} {unit}")
    )
    for name, text in (("flow_error", "median flow error {value}"), ("doubt", "median doubt {value}")):
        known = columns[name][places]
        known = known[np.isfinite(known)]
        if len(known):
            words.append(translate(text).format(value=written(np.median(known), ".2f")))
    return "   ".join(words)
