"""Did the new model forget what the old one could? Both on images that this training is not about.

These are the small images that come with the program, of kinds that `cpsam-lite` was chosen by and never learnt from,
and the user's own images that earlier models of the line were taught with or judged on, as far as they are still there.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cpsam_core.checkpoints.cards import hash_file
from cpsam_core.data.examples import counted_objects, mean_diameter, read_annotation
from cpsam_core.data.pairs import Pair, pair_of
from cpsam_core.data.reference import reference_pairs
from cpsam_core.errors import CpsamError
from cpsam_core.progress import Progress, silent
from cpsam_core.retrain.judge import change_of
from cpsam_core.retrain.lineage import DIGEST_DIGITS, Lineage
from cpsam_core.retrain.verdict import WORTH_SEEING, Difference, Units, difference_of, signed
from cpsam_core.segment.segmenter import Segmenter
from cpsam_core.system.atomic import write_bytes
from cpsam_core.weights import own_folder

__all__ = ["Forgetting", "compare_elsewhere", "earlier_images", "forgetting_text", "remember_images"]

log = logging.getLogger(__name__)

KINDS = {
    "dsb2018_fluo": "fluorescent nuclei",
    "dsb2018_color_he": "stained tissue",
    "usiigaci_phase": "phase contrast",
}
EARLIER = "your earlier images"
# Images; more would take longer than it says.
MOST_EARLIER = 6
KNOWN_IMAGES = "images.json"
"""Where the user's training images lie, by hash: cards hold no paths, for they are given to others."""


@dataclass(frozen=True)
class Forgetting:
    """Old and new model on one kind of images."""

    kind: str
    difference: Difference


def compare_elsewhere(
    old: Segmenter,
    new: Segmenter,
    earlier: Sequence[Pair] = (),
    progress: Progress = silent,
) -> tuple[Forgetting, ...]:
    """Compare both models on each kind of the program's images, and on the user's earlier ones.

    Each image is shown in the size that its own drawn cells ask for, unless its project says otherwise: the new model
    may be made for cells of another size, which a user of other images sets, and which is no forgetting. An image that
    cannot be read any more is left out.
    """
    sets = {EARLIER: list(earlier)} if earlier else {}
    for pair in reference_pairs("judge"):
        sets.setdefault(KINDS.get(pair.set_name, pair.set_name), []).append(pair)
    total, done = sum(map(len, sets.values())), 0
    found = []
    for kind, pairs in sets.items():
        units: list[Units] = []
        for pair in pairs:
            done += 1
            progress(done, total, f"Looking for what was forgotten, {done} of {total}: {kind}")
            try:
                change = change_of(in_its_size(pair), (old, new))
            except CpsamError as error:
                log.warning("%s is left out of the look for what was forgotten: %s", pair.image, error)
                continue
            units.append(change.units)
        if units:
            found.append(Forgetting(kind, difference_of(units)))
    return tuple(found)


def in_its_size(pair: Pair) -> Pair:
    """Return the pair with the diameter of its drawn cells, where its user set none and it has cells."""
    if pair.seen.scale is not None:
        return pair
    annotation = read_annotation(pair)
    drawn = mean_diameter(counted_objects(annotation.labels, annotation.complete))
    return replace(pair, seen=replace(pair.seen, diameter=max(drawn, 1.0))) if drawn else pair


def forgetting_text(found: Iterable[Forgetting]) -> str:
    """Return what was lost and gained elsewhere, in words; empty where nothing was looked at."""
    known = [one for one in found if one.difference.objects]
    if not known:
        return ""
    # A sentence for each kind, since sentences are what is translated.
    parts = [
        f"Elsewhere, the new model loses {-one.difference.shown:.2f} on {one.kind}."
        for one in known
        if one.difference.word == "worse"
    ]
    parts += [
        f"Elsewhere, the new model gains {one.difference.shown:.2f} on {one.kind}."
        for one in known
        if one.difference.word == "better"
    ]
    doubtful = [one for one in known if one.difference.doubt and abs(one.difference.change) >= WORTH_SEEING]
    if not parts and len(doubtful) < len(known):
        same = ", ".join(one.kind for one in known if one not in doubtful)
        parts.append(f"Elsewhere ({same}) no difference was found.")
    parts += [
        f"On {one.kind} a change of {signed(one.difference.shown)} {one.difference.doubt}."
        for one in doubtful
    ]
    return " ".join(parts)


def remember_images(known: Iterable[tuple[str, Path]]) -> None:
    """Keep where images lie, by the SHA-256 of their files; only this computer's user sees it."""
    stored = _known_images()
    stored.update({digest: str(path.resolve()) for digest, path in known})
    path = own_folder() / KNOWN_IMAGES
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, json.dumps(stored, indent=0).encode())
    except OSError as error:
        log.warning("%s cannot be written: %s", path, error.strerror or error)


def earlier_images(lineage: Lineage, now: Iterable[str]) -> tuple[Pair, ...]:
    """Return the user's images that the line knows and this training does not use, where they lie unchanged."""
    stored, used = _known_images(), set(now)
    # Planes and squares of an image have longer ones, and are no images of their own.
    known = (*lineage.aside, *lineage.learnt_by_own)
    wanted = [digest for digest in known if digest not in used and len(digest) == DIGEST_DIGITS]
    found: list[Pair] = []
    for digest in dict.fromkeys(wanted):
        path = Path(stored.get(digest, ""))
        if len(found) == MOST_EARLIER or not path.exists():
            continue
        try:
            if hash_file(path) == digest:
                pair = pair_of(path)
                found.append(replace(pair, set_name=EARLIER))
        except (CpsamError, OSError):
            continue
    return tuple(found)


def _known_images() -> dict[str, str]:
    try:
        stored = json.loads((own_folder() / KNOWN_IMAGES).read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(stored, dict):
        return {}
    return {str(key): value for key, value in stored.items() if isinstance(value, str)}
