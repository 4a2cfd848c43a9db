"""Correct masks in Python: drop what touches the border, drop doubtful objects, merge two, draw one.

The result is a project beside the image, which the window opens and from which `cpsam train` learns.

python examples/correct_in_code.py IMAGE [MODEL]
"""

import sys
from pathlib import Path

import cv2
import numpy as np

from cpsam_core import Segmenter
from cpsam_core.images import read_image
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_core.labels import clear_border, fill_holes, keep_ids, relabel


def main(path: Path, model: str = "cpsam-lite") -> Path:
    """Segment, correct, and write NAME.cpsam."""
    found = Segmenter.load(model).segment(read_image(path))
    certain = found.objects.ids[found.objects.probabilities > 0.5]
    labels = clear_border(keep_ids(found.labels, certain))

    # Merge: give one object the number of the other.
    ids = np.unique(labels[labels > 0])
    if len(ids) > 1:
        labels[labels == ids[1]] = ids[0]

    # Draw: a disk of 8 pixels in the middle, where nothing is yet.
    disk = np.zeros(labels.shape, np.uint8)
    cv2.circle(disk, (labels.shape[1] // 2, labels.shape[0] // 2), 8, 1, -1)
    labels[(disk > 0) & (labels == 0)] = labels.max() + 1

    labels = relabel(fill_holes(labels))
    target = path.with_suffix(".cpsam")
    write_project_file(target, ProjectFile(labels[np.newaxis], image=path.name, review="corrected"))
    print(f"{len(found.objects)} objects found, {labels.max()} after the corrections: {target}")
    return target


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
