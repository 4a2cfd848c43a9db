"""Models in repositories of others, mirrors of the server, and who gets to see the user's token."""

from __future__ import annotations

import pytest

from cpsam_core import weights
from cpsam_core.errors import WeightsError
from cpsam_core.weights import transfer
from tests.core.weights.hub import DATA, Hub


@pytest.mark.parametrize(
    "address", ["http://mirror.example.org", "ftp://huggingface.co", "mirror.example.org"]
)
def test_a_mirror_without_encryption_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", address)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    with pytest.raises(WeightsError, match="https"):
        weights.find("cpsam")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://huggingface.co/a/b", True),
        ("http://huggingface.co/a/b", False),
        ("https://mirror.example.org/a/b", False),
        ("https://huggingface.co.example.org/a/b", False),
        ("https://cdn.huggingface.co/a/b", False),
    ],
)
def test_the_token_goes_to_hugging_face_only(
    address: str, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "get_token", lambda: "secret")
    assert ("authorization" in transfer._headers(address)) == told


def test_a_mirror_never_sees_the_token(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    hub.files["model.safetensors"] = DATA
    assert weights.find("mouse/cells").read_bytes() == DATA
    assert hub.headers and not any("authorization" in headers for headers in hub.headers)


def test_repository_named_without_a_file(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.files |= {"README.md": b"text", "sub/cells.safetensors": DATA}
    path = weights.find("mouse/cells")
    assert path.read_bytes() == DATA and path.name == "cells.safetensors"
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert weights.find("mouse/cells") == path


def test_repository_with_several_files(hub: Hub) -> None:
    hub.files |= {"a.pth": DATA, "b.pth": DATA}
    with pytest.raises(WeightsError, match=r"a\.pth, b\.pth"):
        weights.find("mouse/cells")
    hub.files["cpsam_v2"] = DATA[:100]
    assert weights.find("mouse/cells").read_bytes() == DATA[:100]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mouse/cells/none.pth", "has no file none.pth"),
        ("no/body/x.pth", "no public repository"),
        ("mouse/cells/../../x", "not the name of a file"),
        ("mouse/cells--x/f", "not an id"),
    ],
)
def test_what_hugging_face_does_not_have(hub: Hub, name: str, words: str) -> None:
    hub.files["cpsam"] = DATA
    with pytest.raises(WeightsError, match=words):
        weights.find(name)
