"""Segment a stack as a volume and measure its objects in micrometres.

python examples/volume.py STACK [MODEL]
"""

import sys
from pathlib import Path

from cpsam_core import Segmenter, Settings
from cpsam_core.images import read_image, write_labels
from cpsam_core.measure import export_columns, measure, write_table


def main(path: Path, model: str = "cpsam-lite") -> None:
    """Planes along all three axes are predicted; the distance of planes comes from the file."""
    image = read_image(path)
    settings = Settings(diameter=30, do_3D=True, anisotropy=image.anisotropy, min_size=100)
    found = Segmenter.load(model).segment(image, settings)
    write_labels(
        path.with_name(f"{path.stem}_masks.tif"),
        found.labels,
        pixel_size=image.pixel_size,
        z_step=image.z_step,
    )
    print(f"{len(found.objects)} objects in {len(image.pixels)} planes")
    measured = measure(found.labels, image.pixels, pixel_size=image.pixel_size, z_step=image.z_step)
    write_table(path.with_name(f"{path.stem}_objects.csv"), export_columns(measured))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
