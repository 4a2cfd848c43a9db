"""Read and write images, label images and what other programs keep beside them."""

from __future__ import annotations

from .colours import flow_picture, object_colours
from .files import saving, write_text
from .image import Image, arrange, parse_axes
from .label_files import check_same_shape, read_labels, write_labels
from .outline_text import read_outlines, write_outlines
from .overlay import overlay_picture, picture_of
from .pictures import write_picture
from .readers import Raw, Reader, can_read, read_image, register, supported_suffixes
from .rois import read_rois, write_rois
from .seg_npy import SegFile, read_seg, write_seg
from .tables import object_columns, write_object_table
from .tiff import write_tiff

__all__ = [
    "Image",
    "Raw",
    "Reader",
    "SegFile",
    "arrange",
    "can_read",
    "check_same_shape",
    "flow_picture",
    "object_colours",
    "object_columns",
    "overlay_picture",
    "parse_axes",
    "picture_of",
    "read_image",
    "read_labels",
    "read_outlines",
    "read_rois",
    "read_seg",
    "register",
    "saving",
    "supported_suffixes",
    "write_labels",
    "write_object_table",
    "write_outlines",
    "write_picture",
    "write_rois",
    "write_seg",
    "write_text",
    "write_tiff",
]
