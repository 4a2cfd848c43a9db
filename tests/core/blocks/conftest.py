"""What the tests by blocks share: an image in tiles."""

import pytest

from tests.core.blocks.scenes import IMAGE, save_tiled


@pytest.fixture
def slide(tmp_path):
    """Return the path of `IMAGE` in tiles."""
    return save_tiled(tmp_path / "slide.tif", IMAGE, "YX")
