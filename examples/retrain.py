"""Train a model on corrected images and compare it with the one it started from: one click, in Python.

The folder holds images with their masks beside them (NAME_masks.tif, NAME.cpsam or NAME_seg.npy).

python examples/retrain.py IMAGES [MODEL] [EPOCHS]
"""

import sys
from dataclasses import replace
from pathlib import Path

from cpsam_core import Segmenter, Settings
from cpsam_core.data.dataset import find_pairs
from cpsam_core.retrain import before_after, describe, plan_retraining, retrain


def main(images: Path, model: str = "cpsam-lite", epochs: int | None = None) -> Path:
    """Plan, train, and say whether the new model is better on what it did not learn from."""
    plan = plan_retraining([describe(pair) for pair in find_pairs(images)], model)
    if epochs is not None:
        plan = replace(plan, settings=replace(plan.settings, epochs=epochs))
    print(plan.text)
    trained = retrain(plan, images / f"{plan.name}.safetensors")
    old, new = Segmenter.load(model), Segmenter.load(trained.path)
    print(before_after(old, new, plan.aside, Settings(diameter=plan.diameter)).text)
    return trained.path


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3], *map(int, sys.argv[3:4]))
