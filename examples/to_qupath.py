"""Segment an image and hand its objects to QuPath: GeoJSON with a class and measurements for each.

In QuPath: File > Import objects from file, with the image open.

python examples/to_qupath.py IMAGE [MODEL]
"""

import sys
from pathlib import Path

import numpy as np

from cpsam_core import Segmenter
from cpsam_core.formats import ObjectSet, write_objects
from cpsam_core.images import read_image


def main(path: Path, model: str = "cpsam-lite") -> Path:
    """Call the largest quarter of the objects large, and write both kinds."""
    found = Segmenter.load(model).segment(read_image(path))
    ids, sizes = found.objects.ids.tolist(), found.objects.areas
    limit = np.quantile(sizes, 0.75) if len(sizes) else 0
    objects = ObjectSet(
        found.labels,
        classes={one: 2 if size > limit else 1 for one, size in zip(ids, sizes, strict=True)},
        class_names={1: "small", 2: "large"},
        columns={"probability": found.objects.probabilities},
        image_name=path.name,
    )
    target = path.with_suffix(".geojson")
    write_objects(target, objects)
    print(f"{len(ids)} objects: {target}")
    return target


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
