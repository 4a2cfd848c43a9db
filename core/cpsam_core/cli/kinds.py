"""The kinds of files that `cpsam segment` can write."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """What is added to the name of the image, and what the file holds."""

    ending: str
    holds: str


MASKS = "_masks"
"""What follows the name of the image in files of masks, unless something else is asked for."""

KINDS = {
    "tif": Kind(f"{MASKS}.tif", "masks"),
    "png": Kind(f"{MASKS}.png", "masks, up to 65,535 objects of one plane"),
    "outlines": Kind("_outlines.txt", "outlines as text, x,y,x,y,... a line"),
    "rois": Kind("_rois.zip", "outlines for ImageJ's ROI manager"),
    "geojson": Kind(".geojson", "outlines for QuPath, with classes and measurements"),
    "coco": Kind("_coco.json", "masks of one plane as COCO, for training of other programs"),
    "flows": Kind("_flows.tif", "flows and cell logit of every pixel"),
    "seg": Kind("_seg.npy", "all of it, for the window of this program and of Cellpose"),
    "csv": Kind("_objects.csv", "area, place, flow error and probability of every object"),
    "overlay": Kind("_overlay.png", "a picture of the image with its objects"),
}
ONE_PLANE = ("png", "outlines", "coco")
FOLDERS = {
    **dict.fromkeys(KINDS, "masks"),
    **dict.fromkeys(("outlines", "rois", "geojson", "coco", "overlay"), "outlines"),
    "flows": "flows",
}
"""The folder of each kind, where kinds have folders of their own."""
