"""Train the embedded model on a graphics card that has no data and little time: pack here, carry, train there.

Usage: python benchmarks/lite_card.py pack FOLDER images.zip
       python benchmarks/lite_card.py train images.zip OUT [--seconds 575] [--processes 15] [--device cuda]

FOLDER is what `lite_data.py` made. Packed, the images of its `train` part, and those of the front page's kinds in
`val`, are JPEG XL of 8 bits: without loss but for the kinds of `DISTANCES`, which are large and bright. Training is
two stretches of `cpsam train`, each of which ends annealed, on crops of 192. The first, from random weights of the
network that `--network` names among those of `lite_variants.py`, leaves out the kinds of `KEPT_OUT`, so that
`first.safetensors` in OUT tells what the model does with kinds that it never saw, and what one click brings there:
`gain.py --kinds OUT/images/KIND ... --elsewhere OUT/val --starts OUT/first.safetensors`. The second goes on with all
kinds: `second.safetensors`.
`--seconds` is when all is written, counted from the start of the program. `--processes` unpack and prepare the images;
the crops are made on the card.

What is packed in fewer bytes than it has is not quite what users have, so the model is to be trained on with the images
themselves, for an hour on a processor: when all was WebP of high quality, an earlier model found 0.78 of the nuclei
packed and 0.88 as they are, since it smooths dim images and colours.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import numpy as np
from gain_images import as_bytes
from lite_variants import FRONT_PAGE, MIX, VARIANTS
from numpy.typing import NDArray

KEPT_OUT = ("axon_sem", "drosophila_embryos", "coke_pellets")
"""Kinds that the first stretch does not see."""
MORE_OF_NEW = 2.0
"""How much more often the second stretch draws them than a model that always knew them."""
DISTANCES = {
    "nuinsseg": 3.0,
    "usiigaci_phase": 1.0,
    "drosophila_embryos": 1.0,
    "coke_pellets": 1.0,
    "mushrooms": 1.0,
    "axon_sem": 1.0,
    "chloroplasts_em": 1.0,
    "dsb2018_brightfield_gray": 1.0,
}
"""Of JPEG XL, where 1 is said to be invisible and 0 is without loss; NuInsSeg is JPEG already.

All kinds without loss would take some 120 MB.
"""
EFFORT = 5
CROP, BATCH, SAMPLES = 192, 64, 60_000
RATES = (1.2e-3, 8e-4)
# Seconds at the end for what is written, and for each start of a stretch.
ENDING, STARTING = 10.0, 20.0


def main() -> None:
    """Pack or train as the command line says."""
    begun = time.monotonic()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    packing = commands.add_parser("pack")
    packing.add_argument("folder", type=Path)
    packing.add_argument("file", type=Path)
    training = commands.add_parser("train")
    training.add_argument("file", type=Path)
    training.add_argument("out", type=Path)
    training.add_argument("--seconds", type=float, default=575.0)
    training.add_argument("--processes", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    training.add_argument("--device")
    training.add_argument("--network", choices=sorted(VARIANTS), default="shipped")
    training.add_argument("--crop", type=int, default=CROP)
    training.add_argument("--batch-size", type=int, default=BATCH)
    args = parser.parse_args()
    if args.command == "pack":
        pack(args.folder, args.file)
    else:
        train(args, begun + args.seconds)


def pack(folder: Path, file: Path) -> None:
    """Write all images and masks into one file."""
    from cpsam_core.data.examples import read_annotation
    from cpsam_core.data.pairs import find_pairs

    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
        wanted = [*find_pairs(folder / "train")]
        wanted += [pair for kind in FRONT_PAGE for pair in find_pairs(folder / "val" / kind)]
        for pair in wanted:
            part, kind = pair.image.parts[-4:-2]
            pixels, labels = as_bytes(pair.read_image().pixels[0]), read_annotation(pair).labels
            name = f"{folder_of(part, kind)}/{kind}/{{}}/{pair.image.stem}"
            gray = (pixels == pixels[..., :1]).all()
            shown = np.ascontiguousarray(pixels[..., 0] if gray else pixels)
            packed.writestr(f"{name.format('images')}.jxl", encoded(shown, DISTANCES.get(kind, 0.0)))
            packed.writestr(f"{name.format('masks')}.jxl", encoded(labels.astype(np.uint16), 0.0))
    print(f"{file}: {file.stat().st_size / 2**20:.1f} MB")


def folder_of(part: str, kind: str) -> str:
    """Return where the images of a kind are laid out: those of the second stretch alone come to the others later."""
    return "val" if part == "val" else "new" if kind in KEPT_OUT else "images"


def encoded(pixels: NDArray[Any], distance: float) -> bytes:
    """Return a picture as the bytes of a file, without loss at a distance of 0."""
    given = {"distance": distance} if distance else {"lossless": True}
    return bytes(imagecodecs.jpegxl_encode(pixels, effort=EFFORT, **given))


def train(args: argparse.Namespace, deadline: float) -> None:
    """Unpack, make the examples in all processes, and train both stretches."""
    args.out.mkdir(parents=True, exist_ok=True)
    images, new = args.out / "images", args.out / "new"
    with multiprocessing.get_context("spawn").Pool(args.processes) as pool:
        with zipfile.ZipFile(args.file) as packed:
            names = packed.namelist()
        for _ in pool.imap_unordered(unpack, [(args.file, one, args.out) for one in names], 16):
            pass
        say("unpacked", len(names))
        parts = [(folder, k, args.processes) for folder in (images, new) for k in range(args.processes)]
        for _ in pool.imap_unordered(prepare, parts, 1):
            pass
    say("prepared", 0)
    first, second = args.out / "first.safetensors", args.out / "second.safetensors"
    left = deadline - time.monotonic() - ENDING - 2 * STARTING
    stretch(args, images, random_start(args), first, left / 2, RATES[0])
    say("first stretch", 0)
    for kind in new.iterdir():
        kind.rename(images / kind.name)
    left = deadline - time.monotonic() - ENDING - STARTING
    stretch(args, images, first, second, left, RATES[1])
    say("second stretch", 0)


def unpack(given: tuple[Path, str, Path]) -> None:
    """Write one picture of the packed file as PNG."""
    file, name, folder = given
    with zipfile.ZipFile(file) as packed:
        pixels: NDArray[Any] = imagecodecs.jpegxl_decode(packed.read(name))
    path = (folder / name).with_suffix(".png")
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(
        str(path), pixels[..., ::-1] if pixels.ndim == 3 else pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1]
    ):
        raise OSError(f"{path} cannot be written")


def prepare(given: tuple[Path, int, int]) -> None:
    """Make every so-manieth example, so that it lies ready in the cache."""
    import torch

    from cpsam_core.data.dataset import TrainingSet
    from cpsam_core.data.example_cache import ExampleCache
    from cpsam_core.data.pairs import find_pairs

    folder, part, parts = given
    torch.set_num_threads(1)
    cv2.setNumThreads(0)
    TrainingSet(find_pairs(folder)[part::parts], cache=ExampleCache()).unusable()


def stretch(
    args: argparse.Namespace, images: Path, start: Path, out: Path, seconds: float, rate: float
) -> None:
    """Train for so many seconds; once more at a third of the rate where the loss was no number."""
    from cpsam_core.cli import main as cpsam

    kinds = [one.parent.name for one in images.rglob("images")]
    shares = {kind: MIX[kind] * (MORE_OF_NEW if kind in KEPT_OUT else 1.0) for kind in kinds if kind in MIX}
    words = [
        "train",
        str(images),
        "--model",
        str(start),
        "--out",
        str(out),
        "--recipe",
        "whole",
        "--mix",
        ",".join(f"{kind}={share}" for kind, share in shares.items()),
        *("--crop", str(args.crop), "--batch-size", str(args.batch_size), "--samples", str(SAMPLES)),
        *("--scale", "0.3", "2", "--degraded", "0.25", "--invert", "0.15", "--min-objects", "1"),
        *("--weight-decay", "0.05", "--averaging", "0.999", "--clip", "1", "--layer-drop", "0"),
        *("--replay", "0", "--forgetting", "0", "--schedule", "linear", "--memory", "plenty"),
        *("--half", "-v"),
        *(("--device", args.device) if args.device else ()),
    ]
    begun = time.monotonic()
    for divisor in (1, 3, 9):
        left = seconds - (time.monotonic() - begun)
        if left > ENDING:
            again = ("--restart", "--minutes", f"{left / 60:.3f}", "--learning-rate", f"{rate / divisor:g}")
            if cpsam([*words, *again]) == 0:
                return
    raise SystemExit("nothing was learnt")


def random_start(args: argparse.Namespace) -> Path:
    """Write the network with random weights, and return its file."""
    from cpsam_core.checkpoints import write_checkpoint
    from cpsam_core.checkpoints.cards import ModelCard

    path: Path = args.out / "random.safetensors"
    return write_checkpoint(path, VARIANTS[args.network].model(), ModelCard("random", diameter="auto"))


def say(what: str, count: int) -> None:
    """Print a line with the time."""
    print(f"{time.strftime('%H:%M:%S')} {what} {count or ''}", flush=True)


if __name__ == "__main__":
    main()
