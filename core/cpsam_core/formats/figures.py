"""Figures: the image with its objects, as PNG in the pixels of the image or as PDF with outlines as lines.

A PDF needs no window and no plotting library: the image is placed on a page of its proportions, and lines and letters
stay lines and letters, so that a figure can be enlarged and edited.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.formats.classes import colour_of
from cpsam_core.formats.objects import Colour, ObjectSet
from cpsam_core.formats.options import WriteOptions
from cpsam_core.images import Image, check_same_shape, object_colours, overlay_picture, write_picture
from cpsam_core.images.files import saving
from cpsam_core.images.overlay import shown_plane
from cpsam_core.images.polygons import outlines_of
from cpsam_core.images.scale_bar import MARGIN, choose_scale_bar, draw_numbers, draw_scale_bar
from cpsam_core.labels import object_table

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas as Page

__all__ = ["write_figure", "write_overlay"]

PAGE_WIDTH_PT = 170 / 25.4 * 72
"""Points: 170 mm, two columns of a journal."""

LINE_PT, NUMBER_PT, TEXT_PT = 0.5, 5.0, 8.0
"""Points: width of outlines, height of the numbers of objects and of the text at the scale bar."""


def write_overlay(path: Path, objects: ObjectSet, options: WriteOptions) -> None:
    """Write a PNG in the pixels of the image; of a stack one plane."""
    image = _image_of(objects)
    picture = overlay_picture(
        image, objects.labels, plane=objects.plane, opacity=options.fill, colours=_colours(objects)
    )
    if options.scale_bar:
        draw_scale_bar(picture, choose_scale_bar(picture.shape[1], _pixel_size(objects)))
    if options.show_ids:
        draw_numbers(picture, shown_plane(objects.labels, objects.plane)[1])
    write_picture(path, picture, is_result=True)


def write_figure(path: Path, objects: ObjectSet, options: WriteOptions) -> None:
    """Write a PDF of one page; of a stack one plane."""
    from PIL import Image as Pictures
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas as Page

    image = _image_of(objects)
    check_same_shape(image, objects.labels)
    colours = _colours(objects)
    picture = overlay_picture(
        image, objects.labels, plane=objects.plane, opacity=options.fill, outlines=False, colours=colours
    )
    _, labels = shown_plane(objects.labels, objects.plane)
    height, width = labels.shape
    scale = PAGE_WIDTH_PT / width
    with saving(path) as temporary:
        # Without the date of writing: the same objects make the same file.
        page = Page(str(temporary), pagesize=(PAGE_WIDTH_PT, height * scale), pageCompression=1, invariant=1)
        page.setTitle(objects.image_name or path.stem)
        page.setCreator("cpsam")
        page.drawImage(ImageReader(Pictures.fromarray(picture)), 0, 0, PAGE_WIDTH_PT, height * scale)
        _draw_outlines(page, labels, scale, colours)
        if options.show_ids:
            _draw_numbers(page, labels, scale)
        if options.scale_bar:
            _draw_bar(page, labels.shape, scale, _pixel_size(objects))
        page.showPage()
        page.save()


def _image_of(objects: ObjectSet) -> Image:
    if objects.image is None:
        raise ImageError("A figure shows the image, and the image is not at hand.")
    return objects.image


def _pixel_size(objects: ObjectSet) -> float | None:
    """Return the pixel size of the objects, else that of their image."""
    return objects.pixel_size or (objects.image.pixel_size if objects.image is not None else None)


def _colours(objects: ObjectSet) -> dict[int, Colour]:
    """Return the colour of their class for objects that have one."""
    return {number: colour_of(objects, kind) for number, kind in objects.classes.items() if kind}


def _draw_outlines(page: Page, labels: npt.NDArray[Any], scale: float, colours: dict[int, Colour]) -> None:
    """Draw each object's borders as closed lines; rows count downwards, points of a page upwards."""
    top = len(labels) * scale
    page.setLineWidth(LINE_PT)
    page.setLineJoin(1)
    outlines = outlines_of(labels)
    own = object_colours(np.array([one.id for one in outlines]))
    for outline, colour in zip(outlines, own.tolist(), strict=True):
        red, green, blue = colours.get(outline.id, colour)
        page.setStrokeColorRGB(red / 255, green / 255, blue / 255)
        path = page.beginPath()
        for ring in outline.rings:
            (x, y), *others = (ring * scale).tolist()
            path.moveTo(x, top - y)
            for x, y in others:
                path.lineTo(x, top - y)
            path.close()
        page.drawPath(path, stroke=1, fill=0)


def _draw_numbers(page: Page, labels: npt.NDArray[Any], scale: float) -> None:
    table = object_table(labels)
    page.setFont("Helvetica", NUMBER_PT)
    for number, (y, x) in zip(table.ids.tolist(), table.centroids.tolist(), strict=True):
        place = ((x + 0.5) * scale, (len(labels) - y - 0.5) * scale - 0.35 * NUMBER_PT)
        _rimmed(page, str(number), *place)


def _draw_bar(page: Page, shape: tuple[int, ...], scale: float, pixel_size: float | None) -> None:
    bar = choose_scale_bar(shape[1], pixel_size)
    margin = MARGIN * min(shape) * scale
    length, thick = bar.pixels * scale, 0.3 * TEXT_PT
    page.setStrokeColorRGB(0, 0, 0)
    page.setFillColorRGB(1, 1, 1)
    page.setLineWidth(LINE_PT)
    page.rect(PAGE_WIDTH_PT - margin - length, margin, length, thick, stroke=1, fill=1)
    page.setFont("Helvetica", TEXT_PT)
    _rimmed(page, bar.text, PAGE_WIDTH_PT - margin - length / 2, margin + thick + 0.4 * TEXT_PT)


def _rimmed(page: Page, text: str, x: float, y: float) -> None:
    """Write white letters with a black rim, centred at x: black ones below, drawn as lines."""
    page.setLineWidth(2 * LINE_PT)
    page.setStrokeColorRGB(0, 0, 0)
    page.setFillColorRGB(1, 1, 1)
    page.drawCentredString(x, y, text, mode=2)
    page.drawCentredString(x, y, text, mode=0)
