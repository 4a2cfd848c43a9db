"""The options of the command `cellpose`, under the names and with the defaults of Cellpose 4."""

from __future__ import annotations

import argparse

from cpsam_core.system.arguments import ArgumentParser

SWITCHES = {
    "version": "say the version",
    "verbose": "say what happens, here and in ~/.cellpose/run.log",
    "use_gpu": "compute on a graphics card where there is one",
    "look_one_level_down": "look in the folders of --dir, too",
    "invert": "dark objects on bright ground",
    "no_norm": "values go to the network as they are",
    "do_3D": "segment a stack as a volume, from planes along all three axes",
    "augment": "average over flipped tiles",
    "no_resample": "masks of a resized image are made at the size of the network",
    "exclude_on_edges": "drop objects that touch the border",
    "save_png": "masks as PNG",
    "save_tif": "masks as TIFF",
    "no_npy": "do not write NAME_seg.npy",
    "dir_above": "write into the folder above the image's",
    "in_folders": "put masks, outlines and flows into folders of their own",
    "save_flows": "a picture of the flows, and the flows",
    "save_outlines": "a picture of the image with its outlines",
    "save_rois": "outlines for ImageJ",
    "save_txt": "outlines as text",
    "save_mpl": "a picture of the result",
    "train": "train on the images of --dir",
    "save_each": "keep a copy of the network every --save_every epochs",
}
IGNORED_SWITCHES = (
    "Zstack",
    "all_channels",
    "chan2_restore",
    "transformer",
    "no_interp",
    "net_avg",
    "train_size",
)
"""Taken and not used, as in Cellpose 4."""

TEXTS = {
    "gpu_device": ("0", "number of the card, or mps"),
    "dir": (None, "folder of images"),
    "image_path": (None, "one image"),
    "img_filter": (None, "how the names of images end"),
    "mask_filter": ("_masks", "how the names of masks end"),
    "pretrained_model": ("cpsam_v2", "a name of `cpsam models list`, or a file"),
    "add_model": (None, "copy a file of weights to the user's models"),
    "output_name": (None, "what follows the name of the image in files of masks, in place of _cp_masks"),
    "savedir": (None, "folder of the results"),
    "test_dir": (None, "folder of images that the training is tested on"),
    "file_list": (
        None,
        "a .npy with lists of files (train_files, test_files) and train_probs, in place of those of --dir",
    ),
    "model_name_out": (None, "name of the trained model"),
}
IGNORED_TEXTS = ("pretrained_model_ortho", "restore_type", "model_type")

NUMBERS = {
    "channel_axis": (int, None, "which axis of the image is channels"),
    "z_axis": (int, None, "which axis of the image is depth"),
    "diameter": (float, None, "diameter of the cells in pixels; 0: as the model wants it"),
    "stitch_threshold": (float, 0.0, "join objects of neighbouring planes from this IoU on"),
    "min_size": (int, 15, "drop objects of fewer pixels; -1 keeps all"),
    "flow_threshold": (float, 0.4, "drop objects whose flow error is above it; 0 keeps all"),
    "cellprob_threshold": (float, 0.0, "logit from which a pixel belongs to a cell"),
    "niter": (int, 0, "steps along the flows; 0: in proportion to the diameter"),
    "anisotropy": (float, None, "distance of planes over the size of a pixel"),
    "batch_size": (int, 8, "tiles at once"),
    "learning_rate": (float, 1e-5, "step of the training"),
    "weight_decay": (float, 0.1, "decay of the weights in training"),
    "n_epochs": (int, 100, "epochs of the training"),
    "train_batch_size": (int, 1, "crops in a step of the training"),
    "bsize": (int, 256, "edge of the crops in training; tiles have the size of the network"),
    "nimg_per_epoch": (int, None, "crops in an epoch"),
    "min_train_masks": (int, 5, "leave out images with fewer masks"),
    "save_every": (int, 100, "epochs between two copies, with --save_each"),
}
IGNORED_NUMBERS = ("chan", "chan2", "SGD", "diam_mean", "nimg_test_per_epoch", "tile_overlap_train")


def parser() -> argparse.ArgumentParser:
    """Return the options; those that Cellpose 4 takes without using them are taken, too."""
    made = ArgumentParser(
        prog="cellpose",
        description="Segment images, or train a model, as Cellpose does; the engine is that of cpsam. "
        "Without --dir and --image_path the window opens.",
        allow_abbrev=False,
    )
    for name, text in SWITCHES.items():
        made.add_argument(f"--{name}", action="store_true", help=text)
    for name, (default, text) in TEXTS.items():
        made.add_argument(f"--{name}", default=default, help=text)
    for name, (kind, number, text) in NUMBERS.items():
        made.add_argument(f"--{name}", type=kind, default=number, help=text)
    made.add_argument(
        "--norm_percentile",
        nargs=2,
        type=float,
        metavar=("LOW", "HIGH"),
        help="percentiles that become 0 and 1",
    )
    made.add_argument(
        "--flow3D_smooth",
        nargs="+",
        type=float,
        default=[0.0],
        help="smoothing of the flows: one number, or z y x",
    )
    made.add_argument(
        "--tile_overlap", type=float, default=0.1, help="least overlap of tiles, as a part of a tile"
    )
    for name in IGNORED_SWITCHES:
        made.add_argument(f"--{name}", action="store_true", help=argparse.SUPPRESS)
    for name in (*IGNORED_TEXTS, *IGNORED_NUMBERS):
        made.add_argument(f"--{name}", help=argparse.SUPPRESS)
    return made


def unused(args: argparse.Namespace) -> list[str]:
    """Return the options that were given and are not used."""
    return [
        f"--{name}"
        for name in (*IGNORED_SWITCHES, *IGNORED_TEXTS, *IGNORED_NUMBERS)
        if getattr(args, name) not in (None, False)
    ]
