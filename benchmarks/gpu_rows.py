"""The rows of the paper's tables S1 and S2 on a graphics card, within nine minutes, as one JSON line each.

Usage: python benchmarks/gpu_rows.py [--seconds 540] [--reference] [--out rows.json] [--tiny]

Needs a CUDA device; random weights of the size of the published network are enough for times and memory. With
`--reference` the reference program, where it is installed in the same interpreter, does the same steps on the same card
in processes of their own. `--tiny` is a rehearsal with small networks, images and few steps on whatever device there
is, for the tests. Each row runs in a process of its own, so that peaks of memory are its own, and the rows that matter
most come first: what does not fit into the time is left out and said.

- inference: pixels in memory to masks, 150 to 4,800 px (table S1);
- training: 8 images, batch 1, every mode of memory, seconds of a step and peak memory (table S2: 800 steps);
- limited: training on a card held to 8 GB, and to 4.5 GB, where plenty has to fall back; the 8-bit state;
- gradients: whether they are numbers for the tokens of a crop, with and without cuDNN's attention;
- crops: how many a second the card makes, and cpsam-lite learns from, made by the card and by two threads;
- follow: the pixels of a plane followed on the processor and on the card, seconds, and whether they end alike.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from gpu_work import one_row, random_network

from cpsam_core.errors import CpsamError

SIDES = (150, 300, 600, 1200, 2400, 4800)
MODES = ("plenty", "stepwise", "checkpointing", "lean", "paged", "8bit")
SMALL_CARD_BYTES = 8 * 2**30
# Plenty reserved 5.3 GiB, lean 3.7.
FALL_BYTES = int(4.5 * 2**30)
# A crop of 192 has 576 tokens, which leave 64 when divided by 128; one of 256 has 1024.
GRADIENT_CROPS = (192, 256)


def rows_wanted(tiny: bool, reference: bool) -> list[list[str]]:
    """Return the arguments of each row's process: what was never measured first, what was twice last."""
    sides = (64, 128) if tiny else SIDES
    crops = (32,) if tiny else GRADIENT_CROPS
    rows = [["crops", str(crop), "2" if tiny else "64"] for crop in crops]
    rows += [["gradients", str(crop), which] for crop in crops for which in ("as-trained", "cudnn")]
    rows += [["follow", str(side), where] for side in sides[-4:] for where in ("cpu", "cuda")]
    rows += [["fall", "plenty", "full", str(FALL_BYTES)], ["train", "8bit", "full", "0"]]
    for side in sides:
        rows += [["infer", str(side), "ours"]]
        rows += [["infer", str(side), "reference"]] if reference else []
    rows += [["train", mode, "full", "0"] for mode in MODES if mode not in ("plenty", "8bit")]
    rows += [["train", mode, "full", str(SMALL_CARD_BYTES)] for mode in ("auto", "lean")]
    rows += [["train", "auto", "adapters", str(SMALL_CARD_BYTES)], ["train", "plenty", "adapters", "0"]]
    rows += [["train", "plenty", "full", "0"], ["train", "auto", "full", "0"]]
    return rows + ([["train", "reference", "full", "0"]] if reference else [])


def main() -> None:
    """Run every row that fits into the time, or some of them."""
    args = options()
    begun, rows = time.monotonic(), []
    report(**machine_row())
    for words in [text.split() for text in args.rows] or rows_wanted(args.tiny, args.reference):
        left = args.seconds - (time.monotonic() - begun)
        if left < args.least:
            report(what=" ".join(words), left_out="no time left")
            continue
        row = in_own_process(words, args.tiny, left)
        rows.append(row)
        report(**row)
        if args.out is not None:
            args.out.write_text(json.dumps(rows, indent=1) + "\n")
    report(what="all", seconds=round(time.monotonic() - begun, 1))


def in_own_process(words: list[str], tiny: bool, seconds: float) -> dict[str, Any]:
    """Measure one row in a process of its own, which has torch and the weights from this one where it can."""
    import torch

    # A pool of threads does not survive the fork: the process gets its own.
    torch.set_num_threads(1)
    random_network(tiny)
    forked = "fork" in multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("fork" if forked else "spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=send_row, args=(sender, words, tiny))
    process.start()
    sender.close()
    row: dict[str, Any] = {"what": " ".join(words)}
    try:
        if receiver.poll(seconds):
            return dict(receiver.recv())
        process.kill()
        return {**row, "left_out": f"not done in {seconds:.0f} s"}
    except EOFError:
        process.join()
        return {**row, "failed": f"ended with {process.exitcode}"}
    finally:
        process.join(10)


def send_row(sender: Connection, words: list[str], tiny: bool) -> None:
    """Measure one row and hand it over."""
    import torch

    torch.set_num_threads(os.cpu_count() or 1)
    try:
        sender.send(one_row(words, tiny))
    except (RuntimeError, ImportError, ValueError, CpsamError) as error:
        sender.send({"what": " ".join(words), "failed": f"{type(error).__name__}: {error}"[:300]})


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=540, help="what all rows may take together")
    parser.add_argument("--least", type=float, default=15, help="seconds below which no further row is begun")
    parser.add_argument("--reference", action="store_true", help="the reference's rows too")
    parser.add_argument("--out", type=Path, help="JSON of all rows")
    parser.add_argument("--tiny", action="store_true", help="a rehearsal")
    parser.add_argument(
        "--rows",
        nargs="+",
        default=[],
        help='these rows, in this order: "train MODE WEIGHTS BYTES", "fall MODE WEIGHTS BYTES", "infer SIDE WHOSE", '
        '"follow SIDE cpu|cuda", "gradients CROP as-trained|cudnn" or "crops CROP BATCH"',
    )
    return parser.parse_args()


def report(**values: object) -> None:
    """Print one row."""
    print(json.dumps(values), flush=True)


def machine_row() -> dict[str, Any]:
    """Return what the rows were measured on."""
    import torch

    return {
        "what": "machine",
        # Asked for here, it would keep the processes of the rows from using it.
        "device": os.environ.get("CPSAM_DEVICE", "see the rows"),
        "torch": torch.__version__,
        "processors": os.cpu_count(),
    }


if __name__ == "__main__":
    main()
