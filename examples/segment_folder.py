"""Segment every image of a folder, and write the masks and one table of all objects.

python examples/segment_folder.py IMAGES RESULTS [MODEL]
"""

import sys
from pathlib import Path

from cpsam_core import Segmenter, Settings
from cpsam_core.images import can_read, read_image, write_labels, write_object_table


def main(images: Path, results: Path, model: str = "cpsam-lite") -> None:
    """Load the network once, then take the images one after the other."""
    segmenter = Segmenter.load(model)
    settings = Settings(diameter="auto")
    results.mkdir(parents=True, exist_ok=True)
    for path in sorted(images.iterdir()):
        if not can_read(path):
            continue
        image = read_image(path)
        found = segmenter.segment(image, settings)
        write_labels(results / f"{path.stem}_masks.tif", found.labels, pixel_size=image.pixel_size)
        write_object_table(results / f"{path.stem}_objects.csv", found.objects, pixel_size=image.pixel_size)
        print(f"{path.name}: {len(found.objects)} cells of about {found.diameter:.0f} pixels")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
