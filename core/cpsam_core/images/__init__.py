"""Read and write images, label images and what other programs keep beside them."""

from __future__ import annotations

from cpsam_core.images.colours import flow_picture, object_colours
from cpsam_core.images.files import saving, write_text
from cpsam_core.images.image import Image, arrange, parse_axes
from cpsam_core.images.label_files import check_same_shape, read_labels, write_labels
from cpsam_core.images.outline_text import read_outlines, write_outlines
from cpsam_core.images.overlay import overlay_picture, picture_of
from cpsam_core.images.pictures import write_picture
from cpsam_core.images.readers import Raw, Reader, can_read, read_image, register, supported_suffixes
from cpsam_core.images.rois import read_rois, write_rois
from cpsam_core.images.seg_npy import SegFile, read_seg, write_seg
from cpsam_core.images.sources import Source, open_source
from cpsam_core.images.tables import object_columns, write_object_table
from cpsam_core.images.tiff import write_tiff
from cpsam_core.images.tiff_grid import TiffGrid
from cpsam_core.images.vendor_readers import open_bioio
from cpsam_core.images.zarr_images import open_zarr_image

__all__ = [
    "Image",
    "Raw",
    "Reader",
    "SegFile",
    "Source",
    "TiffGrid",
    "arrange",
    "can_read",
    "check_same_shape",
    "flow_picture",
    "object_colours",
    "object_columns",
    "open_bioio",
    "open_source",
    "open_zarr_image",
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
