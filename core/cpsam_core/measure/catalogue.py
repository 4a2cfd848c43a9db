"""Every measure with its formula, as the help shows it and `cpsam measure --list` prints it."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["CATALOGUE", "Measure", "entry_of"]

ALWAYS = "standard"


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes
    ----------
    name
        Name of the column; C, A and B stand for channels, AXIS for z, y or x.
    unit
        Of its values; um where a column of that name ending in ``_um`` (``_um2``, ``_um3``) is there as well.
    formula
        How it is computed.
    group
        The group of recipes that it belongs to; "standard" for what every table has.
    """

    name: str
    unit: str
    formula: str
    group: str = ALWAYS

    @property
    def pattern(self) -> re.Pattern[str]:
        """What names of columns it stands for."""
        plain = re.escape(self.name)
        plain = re.sub(r"AXIS", "[zyx]", plain)
        plain = re.sub(r"(?<=_)[CAB](?=_|$)", r"\\w+", plain)
        return re.compile(plain + (r"(_um\d?)?" if "um" in self.unit else ""))


CATALOGUE = (
    Measure("id", "", "the number of the object in the masks"),
    Measure("area", "pixels, um2", "A: number of pixels"),
    Measure("volume", "voxels, um3", "V: number of voxels (stacks)"),
    Measure(
        "perimeter",
        "pixels, um",
        "P: length of the outline, holes included (Benkrid and Crookes, 2000; as scikit-image)",
    ),
    Measure(
        "surface",
        "pixels, um2",
        "S: 4 x the mean projected area over 13 directions (Crofton's formula; stacks)",
    ),
    Measure("equivalent_diameter", "pixels, um", "sqrt(4 A / pi); of stacks cbrt(6 V / pi)"),
    Measure(
        "major_axis",
        "pixels, um",
        "4 sqrt(l1), l1 the largest variance of the pixels' positions; of stacks sqrt(20 l1)",
    ),
    Measure("minor_axis", "pixels, um", "the same with the smallest variance"),
    Measure("eccentricity", "0 to 1", "sqrt(1 - l2 / l1), of the largest and the smallest variance"),
    Measure("solidity", "0 to 1", "A / convex area"),
    Measure("centroid_AXIS", "pixels, um", "mean position, counted from 0"),
    Measure("mean_C", "grey", "mean of the pixels in channel C"),
    Measure("median_C", "grey", "median"),
    Measure(
        "std_C",
        "grey",
        "sqrt(mean of squares of the differences from the mean), over all pixels (n, not n - 1)",
    ),
    Measure("min_C", "grey", "least value"),
    Measure("max_C", "grey", "largest value"),
    Measure(
        "neighbours", "", "number of objects that touch this one, or lie within the distance that is chosen"
    ),
    Measure("touches_border", "", "whether a pixel lies at the border of the image"),
    Measure("convex_area", "pixels", "pixels whose centre lies in the convex hull", "outline"),
    Measure("convex_volume", "voxels", "the same of a stack", "outline"),
    Measure("extent", "0 to 1", "A / area of the box along the axes", "outline"),
    Measure("aspect_ratio", "1 and more", "major axis / minor axis", "outline"),
    Measure("elongation", "0 to 1", "1 - minor axis / major axis", "outline"),
    Measure("circularity", "0 to about 1", "4 pi A / P^2; 1 for a disc (planes)", "outline"),
    Measure("sphericity", "0 to about 1", "pi^(1/3) (6 V)^(2/3) / S; 1 for a ball (stacks)", "outline"),
    Measure(
        "feret_max", "pixels, um", "largest distance of two points of the convex hull (planes)", "outline"
    ),
    Measure(
        "feret_min",
        "pixels, um",
        "least distance of two parallel lines around the object (planes)",
        "outline",
    ),
    Measure(
        "feret_angle", "degrees", "direction of feret_max to the rows, anticlockwise, 0 to 180", "outline"
    ),
    Measure("sum_C", "grey", "sum of the pixels: mean x A", "background"),
    Measure(
        "ring_mean_C",
        "grey",
        "mean over the ring: background nearer to this object than to others, from 1 to 6 pixels away",
        "background",
    ),
    Measure("background_C", "grey", "b: median over the ring", "background"),
    Measure("mean_minus_background_C", "grey", "mean - b", "background"),
    Measure("sum_minus_background_C", "grey", "(mean - b) x A", "background"),
    Measure("global_background_C", "grey", "g: median of all pixels outside objects", "background"),
    Measure("sum_minus_global_background_C", "grey", "(mean - g) x A", "background"),
    Measure(
        "texture_contrast_C",
        "",
        "sum p(i, j) (i - j)^2; p: share of pairs of neighbouring pixels with grey levels i and j "
        "(32 levels, mean of all directions; Haralick 1973)",
        "texture",
    ),
    Measure("texture_homogeneity_C", "0 to 1", "sum p(i, j) / (1 + (i - j)^2)", "texture"),
    Measure(
        "texture_correlation_C",
        "-1 to 1",
        "sum p(i, j) (i - m)(j - m) / s^2, with the mean m and variance s^2 of p; 1 where s is 0",
        "texture",
    ),
    Measure("texture_energy_C", "0 to 1", "sqrt(sum p(i, j)^2)", "texture"),
    Measure("texture_entropy_C", "nats", "-sum p(i, j) ln p(i, j)", "texture"),
    Measure(
        "nearest_distance",
        "pixels, um",
        "distance of the centroid to the nearest one of another object",
        "distances",
    ),
    Measure("second_nearest_distance", "pixels, um", "the same to the second nearest", "distances"),
    Measure(
        "region_distance",
        "pixels, um",
        "distance of the object's nearest pixel to the nearest pixel of a region; 0 inside",
        "distances",
    ),
    Measure("part_in_region", "0 to 1", "pixels inside regions / A", "distances"),
    Measure("pearson_A_B", "-1 to 1", "r of the pixels of channels A and B", "colocalisation"),
    Measure(
        "manders_A_in_B",
        "0 to 1",
        "sum of A where A and B are present / sum of A where A is (present: 15 % of the object's largest value "
        "or more; CellProfiler)",
        "colocalisation",
    ),
    Measure(
        "overlap_A_B",
        "0 to 1",
        "sum(A B) / sqrt(sum(A^2) sum(B^2)), where both are present",
        "colocalisation",
    ),
)
"""All measures, in the order of the columns."""


def entry_of(column: str) -> Measure | None:
    """Return the measure that a column holds; None for what was not measured (class, origin, ...)."""
    exact = next((one for one in CATALOGUE if one.name == column), None)
    # The longest name: `sum_minus_background_C` and not `sum_C`.
    found = sorted((one for one in CATALOGUE if one.pattern.fullmatch(column)), key=lambda one: len(one.name))
    return exact or (found[-1] if found else None)
