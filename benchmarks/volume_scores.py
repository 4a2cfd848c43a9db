"""How good a model is in 3D: whole stacks segmented as volumes and plane by plane, scored by their bodies.

    python volume_scores.py --stacks FOLDER... | --packed FILE.npz [--models cpsam-lite] [--device cuda] --out CSV

Each FOLDER holds `images` and `masks`; `planes.py --pack` writes the packed file. A row for each stack, model and way.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from gain_tables import write_table
from packed_stacks import stacks_in, unpack

# The second as in the paper ("Finetuning and evaluation"); planes are linked where their objects overlap.
WAYS: dict[str, dict[str, Any]] = {
    "volume": {"do_3D": True},
    "volume, as in the paper": {"do_3D": True, "niter": 1000, "flow3D_smooth": 2.0, "min_size": 1000},
    "planes linked": {"stitch_threshold": 0.25},
}


def main() -> None:
    """Segment and score every stack."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    data = parser.add_mutually_exclusive_group(required=True)
    data.add_argument("--stacks", type=Path, nargs="+", help="folders with images and masks")
    data.add_argument("--packed", type=Path, help="what planes.py --pack wrote")
    parser.add_argument("--models", nargs="+", default=["cpsam-lite"])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--device")
    parser.add_argument("--out", type=Path, required=True, help="CSV")
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        stacks = stacks_in(unpack(args.packed, Path(folder)) if args.packed is not None else args.stacks)
        for model in args.models:
            for name, pair in stacks.items():
                for way in args.ways:
                    rows.append({"stack": name, "model": model, "way": way, **scored(args, model, pair, way)})
                    print(json.dumps(rows[-1]), flush=True)
                    write_table(args.out, rows)


def scored(args: argparse.Namespace, model: str, pair: Any, way: str) -> dict[str, Any]:
    """Return the average precision of one stack, and the seconds of the clock that its segmentation took."""
    from cpsam_core.images.label_files import read_labels
    from cpsam_core.metrics import average_precision
    from cpsam_core.segment.segmenter import Segmenter
    from cpsam_core.segment.settings import Settings

    true = read_labels(pair.masks, "auto")
    segmenter, image = Segmenter.load(model, args.device), pair.read_image()
    begun = time.monotonic()
    found = segmenter.segment(image, Settings(**WAYS[way])).labels
    precision = average_precision(true, found, (0.5, 0.75))[0]
    return {
        "bodies": count(true),
        "found": count(found),
        "ap_0.5": round(float(precision[0]), 4),
        "ap_0.75": round(float(precision[1]), 4),
        "seconds": round(time.monotonic() - begun, 1),
    }


def count(labels: Any) -> int:
    """Return the number of objects."""
    import numpy as np

    return int(np.count_nonzero(np.unique(labels)))


if __name__ == "__main__":
    main()
