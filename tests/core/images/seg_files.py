"""Files as Cellpose writes them as `_seg.npy`, with any protocol of pickle."""

import io
import pickle

import numpy as np

RNG = np.random.default_rng(0)
MASKS = np.zeros((20, 30), np.uint16)
MASKS[2:8, 3:9] = 1
MASKS[10:15, 10:20] = 2
FLOWS = RNG.normal(size=(2, 20, 30)).astype(np.float32)
LOGITS = RNG.normal(size=(20, 30)).astype(np.float32)


def raw(path, *codes):
    """Write a file whose pickle is given in pieces."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "|O", "fortran_order": False, "shape": ()})
    path.write_bytes(head.getvalue() + b"".join(codes))
    return path


def save(path, thing, protocol=4, replace=()):
    """Write as np.save does, with another protocol and other names of modules."""
    body = pickle.dumps(np.array(thing, dtype=object), protocol=protocol)
    for old, new in replace:
        body = body.replace(old, new)
    return raw(path, body)


def window_layout():
    """Return what the window of Cellpose writes."""
    return {
        "outlines": MASKS,
        "colors": np.full((2, 3), 9, np.uint8),
        "masks": MASKS,
        "filename": "/data/cells.tif",
        "flows": [
            np.zeros((1, 20, 30, 3), np.uint8),
            np.zeros((1, 20, 30), np.uint8),
            FLOWS[np.newaxis],
            LOGITS[np.newaxis],
        ],
        "ismanual": np.array([False, True]),
        "manual_changes": [["01/01/2025, 10:00:00", "added mask", [2, 3]]],
        "model_path": "cpsam",
        "flow_threshold": 0.6,
        "cellprob_threshold": np.float64(-1.5),
        "normalize_params": {"percentile": [1.0, 99.0], "invert": False},
        "restore": None,
        "ratio": 1.0,
        "diameter": np.float32(30),
    }
