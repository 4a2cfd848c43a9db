"""`cellpose --train --dir ...`: a model from the images and masks of a folder."""

from __future__ import annotations

import argparse
import logging
import time
from pathlib import Path
from typing import Any

from cellpose.names import get_image_files, get_label_files
from cellpose.train import train_on_pairs
from cpsam_core.data.pairs import Pair
from cpsam_core.weights import load_start

log = logging.getLogger("cellpose")


def run(args: argparse.Namespace, device: Any) -> int:
    """Train, and write the model to `models` in the folder of the images."""
    net, _ = load_start(args.pretrained_model)
    name = args.model_name_out or f"cellpose_{int(time.time())}"
    log.info("training %s from %s on %s", name, args.pretrained_model, device)
    path, *_ = train_on_pairs(
        net,
        _pairs(args.dir, args),
        _pairs(args.test_dir, args) if args.test_dir else [],
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
        device=str(device),
    )
    log.info("the trained model is %s", path)
    return 0


def _pairs(folder: str, args: argparse.Namespace) -> list[Pair]:
    images = get_image_files(folder, args.mask_filter, args.img_filter, args.look_one_level_down)
    labels, _ = get_label_files(images, args.mask_filter, args.img_filter)
    pairs = [Pair(Path(i), Path(m), "") for i, m in zip(images, labels, strict=True) if Path(m).is_file()]
    log.info("%d of %d images in %s have masks", len(pairs), len(images), folder)
    return pairs
