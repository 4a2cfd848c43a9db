"""What is fetched is the file that was meant: checksums, pins, and files that are something else."""

from __future__ import annotations

import hashlib
import re
from types import SimpleNamespace

import pytest

from cpsam_core import weights
from cpsam_core.errors import WeightsError
from cpsam_core.weights import pins
from cpsam_core.weights.verify import Verdict, verify_files, verify_pins
from tests.core.weights.hub import DATA, Hub


def test_damaged_content_is_never_kept(hub: Hub, places: SimpleNamespace) -> None:
    hub.files["cpsam"] = DATA
    hub.damage = True
    with pytest.raises(WeightsError, match="checksum"):
        weights.find("cpsam")
    assert [p.name for p in places.published.iterdir()] == [".cpsam.lock"]


def test_a_bad_part_is_thrown_away_and_fetched_anew(hub: Hub, places: SimpleNamespace) -> None:
    hub.files["cpsam"] = DATA
    places.published.mkdir()
    part = places.published / f".cpsam.{hashlib.sha256(DATA).hexdigest()[:16]}.part"
    part.write_bytes(b"x" * 700)
    assert weights.find("cpsam").read_bytes() == DATA
    part.write_bytes(b"x" * (len(DATA) + 5))  # longer than the whole
    (places.published / "cpsam").unlink()
    assert weights.find("cpsam").read_bytes() == DATA
    assert not part.exists()
    part.with_name(".cpsam.0123456789abcdef.part").write_bytes(b"of an older version")
    (places.published / "cpsam").unlink()
    weights.find("cpsam")
    assert [p.name for p in places.published.iterdir()] == ["cpsam"]


PAGE = b"<!DOCTYPE html><html><body>Please log in to the network of the clinic.</body></html>"


def test_the_page_of_a_proxy_is_not_kept(hub: Hub, places: SimpleNamespace) -> None:
    hub.page = PAGE
    with pytest.raises(WeightsError, match="no checksum"):
        weights.find("cpsam")
    assert not (places.published / "cpsam").exists()


def test_a_page_that_was_kept_is_fetched_anew(hub: Hub, places: SimpleNamespace) -> None:
    hub.files["cpsam"] = DATA
    places.published.mkdir()
    (places.published / "cpsam").write_bytes(PAGE)
    assert weights.find("cpsam").read_bytes() == DATA


def test_every_published_model_is_pinned() -> None:
    assert tuple(pins.PINS) == weights.PUBLISHED
    assert re.fullmatch(r"[0-9a-f]{40}", pins.REVISION)
    for pin in pins.PINS.values():
        assert re.fullmatch(r"[0-9a-f]{64}", pin.sha256) and pin.size > 3e8
    assert len({pin.sha256 for pin in pins.PINS.values()}) == len(pins.PINS)


def test_another_file_under_a_published_name_is_not_even_fetched(hub: Hub, places: SimpleNamespace) -> None:
    hub.files["cpsam"] = DATA[::-1]
    with pytest.raises(WeightsError, match="another file under the name cpsam"):
        weights.find("cpsam")
    assert {method for method, _, _ in hub.requests} == {"HEAD"}
    assert not places.published.exists()


def test_a_server_that_lies_about_the_checksum_is_found_out(hub: Hub, places: SimpleNamespace) -> None:
    hub.files["cpsam"] = DATA[::-1]
    hub.stated = hashlib.sha256(DATA).hexdigest()
    with pytest.raises(WeightsError, match="wrong checksum"):
        weights.find("cpsam")
    assert [path.name for path in places.published.iterdir()] == [".cpsam.lock"]


def test_verify_tells_right_from_wrong_files(hub: Hub, places: SimpleNamespace) -> None:
    hub.files |= {"cpsam": DATA, "model.safetensors": DATA[:500]}
    path, other = weights.find("cpsam"), weights.find("mouse/cells")
    found = {one.name: one.verdict for one in verify_files()}
    assert found == {"cpsam": Verdict.SAME, "mouse/cells/model.safetensors": Verdict.SAME}
    for damaged in (path, other):
        damaged.write_bytes(b"x" + damaged.read_bytes()[1:])
    assert {one.verdict for one in verify_files()} == {Verdict.DIFFERS}
    assert [one.name for one in verify_files(["mouse/cells"])] == ["mouse/cells/model.safetensors"]
    pins.checksum_path(other).unlink()
    assert [one.verdict for one in verify_files(["mouse/cells"])] == [Verdict.UNKNOWN]
    with pytest.raises(WeightsError, match="cpdino is not on this computer"):
        verify_files(["cpdino"])


def test_a_copy_of_another_size_is_used_with_a_warning(
    hub: Hub, places: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    places.published.mkdir()
    (places.published / "cpsam").write_bytes(DATA + b"more")
    assert weights.fetch("cpsam") == places.published / "cpsam"
    assert weights.find("cpsam") == places.published / "cpsam"
    assert caplog.text.count("is not the published file of that name") == 2


def test_the_pins_are_compared_with_what_the_hub_states(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, places: SimpleNamespace
) -> None:
    hub.files |= dict.fromkeys(weights.PUBLISHED, DATA)
    assert {one.verdict for one in verify_pins()} == {Verdict.SAME}
    hub.files["cpdino"] = DATA[:-1]
    assert [one.name for one in verify_pins() if one.verdict is Verdict.DIFFERS] == ["cpdino"]
    assert {method for method, _, _ in hub.requests} == {"HEAD"} and not places.published.exists()
    hub.small = True
    with pytest.raises(WeightsError, match="no SHA-256"):
        verify_pins()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(WeightsError, match="switched off"):
        verify_pins()


@pytest.mark.parametrize("damage", [False, True])
def test_small_files_have_the_checksum_of_git(hub: Hub, damage: bool) -> None:
    hub.files["tiny.pth"] = DATA
    hub.small, hub.damage = True, damage
    if damage:
        with pytest.raises(WeightsError, match="checksum"):
            weights.find("mouse/cells/tiny.pth")
    else:
        assert weights.find("mouse/cells/tiny.pth").read_bytes() == DATA
