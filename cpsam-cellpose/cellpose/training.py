"""`cellpose --train --dir ...`: a model from the images and masks of a folder, or from a list of files."""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cellpose.models import name_of
from cellpose.names import get_image_files, get_label_files
from cellpose.settings import normalize_argument
from cellpose.train import Shown, pairs_of, train_on_pairs
from cpsam_core.data.pairs import Pair
from cpsam_core.errors import TrainingError
from cpsam_core.images.safe_pickle import load_npy_object
from cpsam_core.weights import load_start

log = logging.getLogger("cellpose")


@dataclass(frozen=True)
class Given:
    """Images to train on and to test on, and how often each of the first is drawn, where that is said."""

    pairs: list[Pair]
    aside: list[Pair]
    chances: list[float] | None = None


def run(args: argparse.Namespace, device: Any) -> int:
    """Train, and write the model to `models` in the folder of the images."""
    if not args.dir:
        raise TrainingError(
            "--train needs --dir: the folder of images, in which the model is written to models/"
        )
    start = name_of(args.pretrained_model)
    net, _ = load_start(start)
    name = args.model_name_out or f"cellpose_{int(time.time())}"
    log.info("training %s from %s on %s", name, start, device)
    with tempfile.TemporaryDirectory() as made:
        given = _listed(Path(made), args) if args.file_list else _in_folders(args)
        path, *_ = train_on_pairs(
            net,
            given.pairs,
            given.aside,
            Path(args.dir) / "models" / name,
            batch_size=args.train_batch_size,
            learning_rate=args.learning_rate,
            weight_decay=args.weight_decay,
            n_epochs=args.n_epochs,
            nimg_per_epoch=args.nimg_per_epoch,
            bsize=args.bsize,
            min_train_masks=args.min_train_masks,
            save_every=args.save_every,
            save_each=args.save_each,
            resume=args.model_name_out is not None,
            chances=given.chances,
            device=str(device),
        )
    log.info("the trained model is %s", path)
    return 0


def _shown(args: argparse.Namespace) -> Shown:
    return Shown(args.channel_axis, normalize_argument(args))


def _in_folders(args: argparse.Namespace) -> Given:
    return Given(_pairs(args.dir, args), _pairs(args.test_dir, args) if args.test_dir else [])


def _pairs(folder: str, args: argparse.Namespace) -> list[Pair]:
    images = get_image_files(folder, args.mask_filter, args.img_filter, args.look_one_level_down)
    labels, _ = get_label_files(images, args.mask_filter, args.img_filter)
    shown = _shown(args)
    pairs = [
        Pair(Path(image), Path(masks), "", seen=shown.input_of(Path(image)))
        for image, masks in zip(images, labels, strict=True)
        if Path(masks).is_file()
    ]
    log.info("%d of %d images in %s have masks", len(pairs), len(images), folder)
    return pairs


def _listed(made: Path, args: argparse.Namespace) -> Given:
    """Return what a `.npy` of Cellpose lists: files to train on and to test on, and probabilities."""
    listed = load_npy_object(Path(args.file_list))
    if not isinstance(listed, dict) or "train_files" not in listed:
        raise TrainingError(f"{args.file_list} has no list train_files")
    files, aside = listed["train_files"], listed.get("test_files")
    chances = listed.get("train_probs")
    return Given(
        pairs_of(made / "train", _shown(args), None, None, list(map(str, files)), None),
        []
        if aside is None
        else pairs_of(made / "test", _shown(args), None, None, list(map(str, aside)), None),
        None if chances is None else [float(chance) for chance in chances],
    )
