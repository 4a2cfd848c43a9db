"""The kinds of files that hold objects: how each is called, and what it can hold."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from typing import Any

from cpsam_core.errors import ImageError
from cpsam_core.system.file_content import Content

__all__ = ["FORMATS", "Format"]


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes
    ----------
    key
        Its name on the command line.
    title
        Its name in a dialog.
    ending
        What is added to the name of the image: ``"_rois.zip"``.
    suffixes
        By which such files are known, in lower case; the longest one that fits decides.
    can_read, can_write
        Which ways it goes.
    exact
        Whether every pixel of every object comes back: holes, several parts, numbers with gaps.
    classes, measurements, stacks
        Whether it holds them.
    is_view
        Whether it shows or counts objects and does not hold them: pictures, tables.
    may_be_empty
        Whether a file of no bytes is one without objects.
    needs_image
        Whether writing needs the pixels of the image.
    wants_image
        Whether the image is written too where it is at hand.
    is_folder
        Whether it is a folder of files (OME-Zarr).
    options
        Fields of :class:`WriteOptions` that it heeds.
    library
        Module of an optional library that it needs, "" for none.
    extra
        What installs that library: ``pip install "cpsam-gui[extra]"``.
    module
        Where `read_KEY` and `write_KEY` are.
    writing_module
        Where `write_KEY` is, if elsewhere.
    """

    key: str
    title: str
    ending: str
    suffixes: tuple[str, ...]
    module: str
    can_read: bool = True
    can_write: bool = True
    exact: bool = True
    classes: bool = False
    measurements: bool = False
    stacks: bool = False
    is_view: bool = False
    may_be_empty: bool = False
    needs_image: bool = False
    wants_image: bool = False
    is_folder: bool = False
    options: tuple[str, ...] = ()
    library: str = ""
    extra: str = ""
    writing_module: str = ""

    @property
    def available(self) -> bool:
        """Whether the library that it needs is installed."""
        return not self.library or importlib.util.find_spec(self.library) is not None

    @property
    def content(self) -> Content:
        """How much of the work on an image its files hold."""
        return Content.VIEW if self.is_view else Content.OBJECTS

    def function(self, verb: str) -> Any:
        """Return its function for ``"read"`` or ``"write"``.

        Raises
        ------
        ImageError
            The library that it needs is not installed; the message says how to install it.
        """
        if not self.available:
            raise ImageError(
                f"{self.title} needs the library {self.library}, which is not installed. Install it with: "
                f'pip install "cpsam-gui[{self.extra}]"'
            )
        # Imported here: the libraries behind some formats take long to load.
        module = self.writing_module if verb == "write" and self.writing_module else self.module
        return getattr(importlib.import_module(f".{module}", __package__), f"{verb}_{self.key}")


PICTURE = ("show_ids", "scale_bar", "fill")
FORMATS: tuple[Format, ...] = (
    Format(
        "tif",
        "Label image (TIFF)",
        "_masks.tif",
        (".tif", ".tiff"),
        "pixels",
        stacks=True,
        options=("compression", "tiled"),
    ),
    Format("png", "Label image (PNG, 16 bits)", "_masks.png", (".png",), "pixels"),
    Format("npy", "Label image (NumPy)", "_masks.npy", (".npy",), "pixels", stacks=True),
    Format(
        "seg",
        "Cellpose segmentation (_seg.npy)",
        "_seg.npy",
        ("_seg.npy",),
        "pixels",
        classes=True,
        stacks=True,
    ),
    Format(
        "project",
        "Project of this program (cpsam)",
        ".cpsam",
        (".cpsam",),
        "pixels",
        classes=True,
        stacks=True,
    ),
    Format(
        "rois",
        "ImageJ ROIs (zip)",
        "_rois.zip",
        (".zip", ".roi"),
        "imagej",
        classes=True,
        stacks=True,
    ),
    Format(
        "outlines",
        "Outlines as text",
        "_outlines.txt",
        (".txt",),
        "imagej",
        exact=False,
        may_be_empty=True,
    ),
    Format(
        "geojson",
        "GeoJSON (QuPath)",
        ".geojson",
        (".geojson", ".json"),
        "geojson",
        classes=True,
        measurements=True,
        stacks=True,
        options=("annotations",),
    ),
    Format("coco", "COCO (run-length masks)", "_coco.json", (".json",), "coco", classes=True),
    Format(
        "coco_polygons", "COCO (polygons)", "_coco.json", (".json",), "coco", can_read=False, classes=True
    ),
    Format(
        "zarr",
        "OME-Zarr labels",
        ".ome.zarr",
        (".zarr",),
        "ome_zarr",
        classes=True,
        measurements=True,
        stacks=True,
        wants_image=True,
        is_folder=True,
        options=("ngff",),
        writing_module="ome_zarr_writing",
    ),
    Format(
        "csv",
        "Table of objects (CSV)",
        "_objects.csv",
        (".csv",),
        "tables",
        can_read=False,
        is_view=True,
        classes=True,
        measurements=True,
        stacks=True,
    ),
    Format(
        "overlay",
        "Picture with outlines (PNG)",
        "_overlay.png",
        (),
        "figures",
        can_read=False,
        is_view=True,
        classes=True,
        stacks=True,
        needs_image=True,
        options=PICTURE,
    ),
    Format(
        "figure",
        "Figure with outlines (PDF)",
        "_figure.pdf",
        (".pdf",),
        "figures",
        can_read=False,
        is_view=True,
        classes=True,
        stacks=True,
        needs_image=True,
        options=PICTURE,
        library="reportlab",
        extra="figures",
    ),
)
"""All formats, in the order in which a dialog lists them."""
