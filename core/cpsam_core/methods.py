"""A text for the methods section of a paper: which model, which settings, how many objects, how much by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cpsam_core.checkpoints.cards import ModelCard
from cpsam_core.segment.settings import DEFAULT_STEPS, NATIVE_DIAMETER_PX, Settings

__all__ = ["REFERENCES", "MethodsFacts", "methods_text"]

REFERENCES = (
    "Pachitariu, M., Rariden, M. & Stringer, C. Cellpose-SAM: superhuman generalization for cellular segmentation. "
    "bioRxiv (2025).",
)

ORIGINS = {
    "model": "taken from the model as they were",
    "edited": "found by the model and then corrected by hand",
    "hand": "drawn by hand",
}


@dataclass(frozen=True)
class MethodsFacts:
    """What the text tells; whatever is not known is left out of it.

    Attributes
    ----------
    version : str
        Of this program.
    model : str
        Name of the model; empty where all objects were drawn by hand.
    card : ModelCard, optional
        The model's card, for its parent and its training images.
    settings : Settings, optional
        Settings of the last run.
    diameter : float, optional
        Diameter in pixels that was measured, where the settings ask for it (of several images their median).
    images : int
        Images that were segmented.
    verified : int
        Images that were looked through and marked as verified.
    objects : mapping of str to int
        Number of objects by origin: ``model``, ``edited``, ``hand``; others are named as they are.
    corrections : mapping of str to int
        How often each kind of correction was made, by its name in the history ("Delete", "Split", "Brush").
    annotators : int
        People who corrected; 0 where unknown.
    class_names : tuple of str
        Classes that objects were given.
    """

    version: str
    model: str = ""
    card: ModelCard | None = None
    settings: Settings | None = None
    diameter: float | None = None
    images: int = 1
    verified: int = 0
    objects: Mapping[str, int] = field(default_factory=dict)
    corrections: Mapping[str, int] = field(default_factory=dict)
    annotators: int = 0
    class_names: tuple[str, ...] = ()


def methods_text(facts: MethodsFacts, *, references: bool = True) -> str:
    """Return the text in English: paragraphs, apart by empty lines, and the reference to the method at the end.

    Parameters
    ----------
    facts : MethodsFacts
    references : bool
        Add what to cite.
    """
    paragraphs = [
        " ".join(filter(None, [_first(facts), _model(facts), _settings(facts)])),
        " ".join(filter(None, [_objects(facts), _corrections(facts), _classes(facts), _verified(facts)])),
    ]
    if references and facts.model:
        paragraphs.append("\n".join(REFERENCES))
    return "\n\n".join(filter(None, paragraphs))


def _first(facts: MethodsFacts) -> str:
    images = _count(facts.images, "image")
    program = f"cpsam-gui {facts.version}".strip()
    if not facts.model:
        return f"The objects of {images} were outlined by hand in {program}."
    return (
        f"The cells of {images} were segmented with the model {facts.model} in {program}, a program for Cellpose-SAM "
        "(Pachitariu, Rariden & Stringer, 2025)."
    )


def _model(facts: MethodsFacts) -> str:
    card = facts.card
    if not facts.model or card is None:
        return ""
    trained = f" on {_count(len(card.images), 'image')}" if card.images else ""
    if card.parent:
        return f"The model was finetuned from {card.parent}{trained}."
    return f"The model was trained{trained}." if trained else ""


def _settings(facts: MethodsFacts) -> str:
    chosen = facts.settings
    if not facts.model or chosen is None:
        return ""
    parts = [_diameter_words(chosen, facts)]
    if chosen.do_3D:
        parts.append(_volume_words(chosen))
    elif chosen.stitch_threshold > 0:
        parts.append(
            "planes were segmented one by one, and objects of neighbouring planes were joined from an intersection "
            f"over union of {chosen.stitch_threshold:g} on"
        )
    parts.append(f"the cell probability threshold was {chosen.cellprob_threshold:g}")
    if not chosen.do_3D:
        parts.append(
            f"the flow error threshold was {chosen.flow_threshold:g}"
            if chosen.flow_threshold
            else "objects were not rejected by their flow error"
        )
    parts.append(f"objects of fewer than {chosen.min_size} {_pixels(chosen)} were left out")
    if chosen.exclude_on_edges:
        parts.append("objects that touch the border of the image were left out")
    if chosen.niter is not None and chosen.niter != DEFAULT_STEPS:
        parts.append(f"pixels followed the flows for {chosen.niter} steps")
    if chosen.augment:
        parts.append("predictions were averaged over flipped tiles")
    return f"{_sentence('; '.join(filter(None, parts)))} {_normalisation(chosen)}"


def _diameter_words(chosen: Settings, facts: MethodsFacts) -> str:
    diameter = facts.diameter if not isinstance(chosen.diameter, float) else chosen.diameter
    fixed = facts.card is not None and isinstance(facts.card.diameter, float)
    measured = chosen.diameter == "auto" or (chosen.diameter is None and not fixed)
    if diameter is None:
        return "the diameter of the cells was measured by the program" if chosen.diameter == "auto" else ""
    if diameter == NATIVE_DIAMETER_PX:
        return "images were not resized"
    how = "measured by the program as" if measured else "set to"
    return (
        f"the diameter of the cells was {how} {diameter:.3g} pixels, and images were resized to make it "
        f"{NATIVE_DIAMETER_PX:g}"
    )


def _volume_words(chosen: Settings) -> str:
    text = "stacks were segmented as volumes, from planes along all three axes"
    if chosen.anisotropy is not None:
        text += f", with planes {chosen.anisotropy:g} pixels apart"
    if chosen.flow3D_smooth:
        smooth = chosen.flow3D_smooth
        width = ", ".join(f"{s:g}" for s in smooth) if isinstance(smooth, tuple) else f"{smooth:g}"
        text += f", and flows were smoothed with a Gaussian of {width} voxels"
    return text


def _normalisation(chosen: Settings) -> str:
    how = chosen.normalize
    if not how.normalize:
        return "Images were not normalised."
    if how.lowhigh is not None:
        pairs = how.lowhigh if isinstance(how.lowhigh[0], tuple) else (how.lowhigh,)
        ranges = "; ".join(f"{pair[0]:g} to {pair[1]:g}" for pair in pairs if isinstance(pair, tuple))
        words = f"Brightness was scaled from {ranges} to 0 to 1"
    else:
        low, high = how.percentile
        place = (
            f"in blocks of {how.tile_norm_blocksize} pixels" if how.tile_norm_blocksize else "of each channel"
        )
        ends = f"the {_ordinal(low)} and the {_ordinal(high)} percentile {place}"
        words = f"Brightness was scaled so that {ends} became 0 and 1"
    filters = [
        f"{name} with a radius of {radius:g} pixels"
        for name, radius in (("smoothed", how.smooth_radius), ("sharpened", how.sharpen_radius))
        if radius > 0
    ]
    before = f", after images were {' and '.join(filters)}" if filters and how.lowhigh is None else ""
    after = "; bright and dark were exchanged" if how.invert else ""
    return f"{words}{before}{after}."


def _objects(facts: MethodsFacts) -> str:
    known = {name: number for name, number in facts.objects.items() if number > 0}
    total = sum(known.values())
    if not total:
        return ""
    if not facts.model and set(known) == {"hand"}:
        return f"{_count(total, 'object').capitalize()} {_were(total)} drawn."
    parts = [
        f"{number:,} ({100 * number / total:.1f} %) {_were(number)} {ORIGINS.get(name, f'of the origin {name}')}"
        for name, number in known.items()
    ]
    return f"Of {_count(total, 'object')}, {_listed(parts)}."


def _corrections(facts: MethodsFacts) -> str:
    known = sorted(((-number, name) for name, number in facts.corrections.items() if number > 0))
    if not known:
        return ""
    total = -sum(number for number, _ in known)
    people = f" by {_count(facts.annotators, 'person', 'people')}" if facts.annotators else ""
    kinds = _listed([f"{name.lower()}: {-number:,}" for number, name in known])
    return f"{_count(total, 'correction').capitalize()} {_were(total)} made by hand{people} ({kinds})."


def _classes(facts: MethodsFacts) -> str:
    return f"Objects were classified as {_listed(facts.class_names, 'or')}." if facts.class_names else ""


def _verified(facts: MethodsFacts) -> str:
    if not facts.verified:
        return ""
    if facts.verified >= facts.images:
        return "All masks were checked by eye." if facts.images > 1 else "The masks were checked by eye."
    return f"The masks of {facts.verified:,} of the {facts.images:,} images were checked by eye."


def _pixels(chosen: Settings) -> str:
    return "voxels" if chosen.do_3D else "pixels"


def _count(number: int, noun: str, several: str | None = None) -> str:
    return f"one {noun}" if number == 1 else f"{number:,} {several or noun + 's'}"


def _ordinal(number: float) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    plain = number % 1 == 0 and number % 100 not in (11, 12, 13)
    return f"{number:g}{endings.get(int(number % 10), 'th') if plain else 'th'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _listed(parts: list[str] | tuple[str, ...], word: str = "and") -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
