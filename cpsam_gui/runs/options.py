"""What the next run does: model, settings of the engine, device, and what happens to existing masks. No Qt.

The panel shows this state and changes it; runs, the queue and "copy as command" take it from here.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from functools import cache
from statistics import median
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

from cpsam_core.errors import SettingsError
from cpsam_core.images.plane_distance import sensible_distance
from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.segment.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cpsam_core.data.image_input import ImageInput
    from cpsam_core.images import Image
    from cpsam_gui.state.objects import ObjectRecord

DEFAULT_MODEL = "cpsam-lite"
THRESHOLDS = ("flow_threshold", "cellprob_threshold", "min_size")
"""What new thresholds change in what is remembered of a run; its model and how it saw the image stay."""
BY_HAND = "thresholds_by_hand"
"""Whether a person set the thresholds for this image: a name in what is remembered of a run."""
STACK_SETTINGS = ("do_3D", "stitch_threshold", "anisotropy", "flow3D_smooth")
"""What only stacks have: a run on a plane says nothing of them."""
OF_THE_MACHINE = frozenset({"batch_size"})
"""What changes no mask, and is not remembered with an image."""
HOW_IT_IS_SEEN = frozenset({"axes", "channels", "normalize"})
"""What `ImageInput` remembers."""
_BRIGHTNESS = frozenset(one.name for one in fields(NormalizeSettings))
_ENGINE = frozenset(one.name for one in fields(Settings)) - {"normalize"}
CHANGEABLE = _BRIGHTNESS | _ENGINE
"""Names of the settings in `RunOptions.changed`."""
REMEMBERED = tuple(one.name for one in fields(Settings) if one.name not in OF_THE_MACHINE | HOW_IT_IS_SEEN)
"""Settings that are remembered with an image by their names: all others, so that none is forgotten."""


def _window_settings() -> Settings:
    """Return the defaults of the window: those of the engine, but a stack is a volume unless told otherwise."""
    return Settings(do_3D=True)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model and where it computes; None leaves device and precision to the engine."""

    name: str = DEFAULT_MODEL
    device: str | None = None
    precision: str | None = None

    @property
    def title(self) -> str:
        """The name for people; of a path its last part."""
        return self.name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Everything that decides what a run finds.

    Attributes
    ----------
    model
        Name or path of the model, and its device.
    settings
        Settings of the engine as chosen; see `settings_for` for those that fit an image.
    keep
        Whether objects that are locked, drawn or corrected by hand survive a run.
    """

    model: ModelChoice = ModelChoice()
    settings: Settings = field(default_factory=_window_settings)
    keep: bool = True

    def changed(self, **values: Any) -> RunOptions:
        """Return a copy with other values, by the names of the fields here, of `Settings`, `NormalizeSettings`.

        `name`, `device` and `precision` are those of the model.

        Raises
        ------
        SettingsError
            A value makes no sense.
        """
        brightness = {name: values.pop(name) for name in _BRIGHTNESS & set(values)}
        engine = {name: values.pop(name) for name in _ENGINE & set(values)}
        choice = {name: values.pop(name) for name in ("name", "device", "precision") if name in values}
        settings = self.settings
        if brightness or engine:
            settings = replace(settings, normalize=replace(settings.normalize, **brightness), **engine)
        model = replace(self.model, **choice) if choice else self.model
        return replace(self, settings=settings, model=model, **values)

    def restored(self) -> RunOptions:
        """Return the defaults; the model, its device and how the file is read stay."""
        old = self.settings
        return RunOptions(self.model, replace(_window_settings(), channels=old.channels, axes=old.axes))

    @property
    def is_default(self) -> bool:
        """Whether `restored` would change nothing."""
        return self == self.restored()

    def settings_for(self, planes: int, channels: tuple[int | str, ...] | None = None) -> Settings:
        """Return the settings for an image of so many planes, of which these channels go to the network."""
        fits = self.settings if channels is None else replace(self.settings, channels=channels)
        if planes > 1:
            return fits
        plain = Settings()
        return replace(fits, **{name: getattr(plain, name) for name in STACK_SETTINGS})


def spacing_of(settings: Settings, image: Image | None) -> tuple[float, float, float]:
    """Return the size of a voxel along z, y, x in pixels: what the user set, else what the file says, else 1."""
    known = settings.anisotropy or (image.plane_distance if image is not None else None)
    return known or 1.0, 1.0, 1.0


def remembered(
    options: RunOptions, settings: Settings, axes: str | None = None, time: int | None = None
) -> dict[str, Any]:
    """Return what is kept of a run with the masks, plain values that JSON holds: its settings, how it saw the image.

    `axes` and `time` are how the file was read.
    """
    return {
        "model": options.model.name,
        **{name: getattr(settings, name) for name in REMEMBERED},
        # Written even where it is the default: older projects say nothing of it.
        "channels": None,
        **seen_by(settings, axes, time).to_dict(),
    }


def thresholds_in(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what new thresholds change in remembered settings."""
    return {name: settings[name] for name in THRESHOLDS if name in settings}


def still_by_hand(known: Mapping[str, Any], last: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is remembered of a run; thresholds that a person had set for the image stay so if they are the same.

    `last` is what was remembered of the run before.
    """
    same = thresholds_in(last).items() <= thresholds_in(known).items()
    return {**known, BY_HAND: True} if last.get(BY_HAND) is True and same else dict(known)


def seen_by(settings: Settings, axes: str | None = None, time: int | None = None) -> ImageInput:
    """Return how a run with these settings sees an image that was read so."""
    from cpsam_core.data.image_input import ImageInput

    channels = None if settings.channels is None else tuple(settings.channels)
    return ImageInput(axes or settings.axes, time, None, channels, settings.normalize, settings.diameter)


def recalled(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of an earlier run that can be taken over, from a file that may hold anything."""
    found: dict[str, Any] = {}
    for name in REMEMBERED:
        with suppress(KeyError, TypeError, SettingsError):
            found[name] = getattr(Settings(**{name: _as_setting(name, stored[name])}), name)
    if "channels" in stored:
        from cpsam_core.data.image_input import ImageInput

        # A run says all of how it saw the image; what a file leaves out is the default.
        brightness = ImageInput.from_dict(stored).normalize
        found |= {one.name: getattr(brightness, one.name) for one in fields(NormalizeSettings)}
    return found


def _as_setting(name: str, value: object) -> Any:
    """Return a value of a file in the type that a setting has.

    Raises
    ------
    TypeError
        It is of another.
    """
    if name == "anisotropy" and value is not None and sensible_distance(value) is None:
        raise TypeError("no distance of planes")
    kinds = _kinds()[name]
    for kind in get_args(kinds) if get_origin(kinds) in (Union, UnionType) else (kinds,):
        with suppress(TypeError, ValueError, OverflowError):
            return _as_kind(kind, value)
    raise TypeError(f"{name} cannot be {value!r}")


@cache
def _kinds() -> dict[str, Any]:
    """Return the types of the settings, which take long to be found: a slider in motion recalls all of them."""
    return get_type_hints(Settings)


def _as_kind(kind: Any, value: Any) -> Any:
    if kind is NoneType or kind is bool:
        fits = isinstance(value, kind)
    elif kind is float or kind is int:
        fits = (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
            and kind(value) == value
        )
        value = kind(value) if fits else value
    elif get_origin(kind) is Literal:
        fits = value in get_args(kind)
    else:
        fits = isinstance(value, list | tuple) and get_origin(kind) is tuple
        value = (
            tuple(_as_kind(one, part) for one, part in zip(get_args(kind), value, strict=True))
            if fits
            else value
        )
    if not fits:
        raise TypeError(f"{value!r} is no {kind}")
    return value


def typical_diameter(records: Iterable[ObjectRecord]) -> float | None:
    """Return the median diameter in pixels of discs (balls, for objects of several planes) of the objects' sizes."""
    diameters = [
        2 * math.sqrt(record.area / math.pi)
        if record.box.z1 - record.box.z0 == 1
        else (6 * record.area / math.pi) ** (1 / 3)
        for record in records
        if record.area > 0
    ]
    return median(diameters) if diameters else None
