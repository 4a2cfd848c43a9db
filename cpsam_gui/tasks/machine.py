"""What this machine can compute on. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cpsam_core.progress import Progress


def missing_devices(names: Iterable[str], progress: Progress) -> Mapping[str, str]:
    """Return which of the devices cannot be used here, and why; imports torch, so call it in a thread."""
    from cpsam_core.network.devices import choose_device

    missing = {}
    for name in names:
        try:
            choose_device(name)
        except SettingsError as error:
            missing[name] = str(error)
    return missing
