"""What a person types as the name of a file gets the ending of its kind, and keeps all that was typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpsam_gui.program.saving_places import with_ending


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("cells", "cells.safetensors"),
        ("cells.v2", "cells.v2.safetensors"),
        ("cells 1.5", "cells 1.5.safetensors"),
        # It would be no torch file.
        ("cells.pth", "cells.pth.safetensors"),
        ("cells.safetensors", "cells.safetensors"),
        ("CELLS.SAFETENSORS", "CELLS.SAFETENSORS"),
    ],
)
def test_a_name_gets_the_ending_of_its_kind(typed: str, name: str) -> None:
    assert with_ending(".safetensors")(Path("folder") / typed, "") == Path("folder") / name


def test_what_has_no_ending_gets_none() -> None:
    assert with_ending("")(Path("cpsam.v2"), "") == Path("cpsam.v2")
