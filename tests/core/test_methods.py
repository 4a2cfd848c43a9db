"""The text for a paper: what is known stands in it, what is not is left out."""

from __future__ import annotations

import pytest

from cpsam_core.checkpoints.cards import ModelCard
from cpsam_core.methods import MethodsFacts, methods_text
from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.segment.settings import Settings


def test_a_whole_text() -> None:
    text = methods_text(
        MethodsFacts(
            "0.1.0",
            "liver-3",
            ModelCard(parent="cpsam_v2", images={"a": "a.tif", "b": "b.tif"}),
            Settings(diameter=45.0, flow_threshold=0.4, min_size=20),
            images=12,
            verified=12,
            objects={"model": 900, "edited": 90, "hand": 10},
            corrections={"Delete": 31, "Split": 4, "Brush": 100},
            annotators=2,
            class_names=("tumour", "stroma"),
        )
    )
    assert text == (
        "The cells of 12 images were segmented with the model liver-3 in cpsam-gui 0.1.0, a program for Cellpose-SAM "
        "(Pachitariu, Rariden & Stringer, 2025). The model was finetuned from cpsam_v2 on 2 images. The diameter of "
        "the cells was set to 45 pixels, and images were resized to make it 30; the cell probability threshold was 0; "
        "the flow error threshold was 0.4; objects of fewer than 20 pixels were left out. Brightness was scaled so "
        "that the 1st and the 99th percentile of each channel became 0 and 1.\n\n"
        "Of 1,000 objects, 900 (90.0 %) were taken from the model as they were, 90 (9.0 %) were found by the model and "
        "then corrected by hand and 10 (1.0 %) were drawn by hand. 135 corrections were made by hand by 2 people "
        "(brush: 100, delete: 31 and split: 4). Objects were classified as tumour or stroma. All masks were checked "
        "by eye.\n\n"
        "Pachitariu, M., Rariden, M. & Stringer, C. Cellpose-SAM: superhuman generalization for cellular segmentation. "
        "bioRxiv (2025)."
    )


@pytest.mark.parametrize(
    ("settings", "diameter", "words"),
    [
        (Settings(diameter="auto"), 22.26, "measured by the program as 22.3 pixels"),
        (Settings(diameter="auto"), None, "diameter of the cells was measured by the program;"),
        (Settings(), 41.0, "measured by the program as 41 pixels"),
        (Settings(), 30.0, "Images were not resized"),
        (Settings(diameter=30.0), None, "Images were not resized"),
        (Settings(flow_threshold=0), None, "not rejected by their flow error"),
        (Settings(stitch_threshold=0.3), None, "intersection over union of 0.3"),
        (Settings(exclude_on_edges=True), None, "touch the border"),
        (Settings(augment=True), None, "flipped tiles"),
        (Settings(niter=2000), None, "for 2000 steps"),
        (Settings(cellprob_threshold=-1.5), None, "threshold was -1.5"),
        (Settings(normalize=NormalizeSettings(normalize=False)), None, "not normalised"),
        (Settings(normalize=NormalizeSettings(lowhigh=(10, 200))), None, "scaled from 10 to 200 to 0 to 1"),
        (Settings(normalize=NormalizeSettings(lowhigh=((0, 1), (2, 3)))), None, "from 0 to 1; 2 to 3 to"),
        (Settings(normalize=NormalizeSettings(tile_norm_blocksize=100)), None, "in blocks of 100 pixels"),
        (Settings(normalize=NormalizeSettings(smooth_radius=2)), None, "smoothed with a radius of 2 pixels"),
        (Settings(normalize=NormalizeSettings(invert=True)), None, "exchanged"),
        (Settings(normalize=NormalizeSettings(percentile=(0.1, 99.9))), None, "the 0.1th and the 99.9th"),
        (Settings(normalize=NormalizeSettings(percentile=(2, 93))), None, "the 2nd and the 93rd"),
    ],
)
def test_settings_in_words(settings: Settings, diameter: float | None, words: str) -> None:
    assert words in methods_text(MethodsFacts("1.0", "cpsam_v2", settings=settings, diameter=diameter))


def test_volumes() -> None:
    settings = Settings(do_3D=True, anisotropy=2.5, flow3D_smooth=(1.0, 2.0, 2.0))
    text = methods_text(MethodsFacts("1.0", "cpsam_v2", settings=settings))
    assert "as volumes" in text and "2.5 pixels apart" in text and "1, 2, 2 voxels" in text
    assert "15 voxels" in text and "flow error" not in text


def test_by_hand_alone() -> None:
    text = methods_text(MethodsFacts("1.0", objects={"hand": 7, "model": 0}, settings=Settings()))
    assert text == "The objects of one image were outlined by hand in cpsam-gui 1.0.\n\n7 objects were drawn."


def test_what_is_not_known_is_left_out() -> None:
    text = methods_text(MethodsFacts("1.0", "cpsam_v2"), references=False)
    assert text == (
        "The cells of one image were segmented with the model cpsam_v2 in cpsam-gui 1.0, a program for Cellpose-SAM "
        "(Pachitariu, Rariden & Stringer, 2025)."
    )


def test_one_of_each() -> None:
    text = methods_text(
        MethodsFacts(
            "1.0", "m", objects={"hand": 1, "stardist": 1}, corrections={"Split": 1}, verified=1, images=3
        )
    )
    assert "1 (50.0 %) was drawn by hand and 1 (50.0 %) was of the origin stardist" in text
    assert "One correction was made by hand (split: 1)." in text
    assert "The masks of 1 of the 3 images were checked by eye." in text
