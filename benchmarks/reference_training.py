"""The reference's side of training.py: seconds and peak memory of its training step. Run with its interpreter.

Usage: python reference_training.py STEPS
"""

import argparse
import json
import os
import time

from clocks import peak_bytes


def main() -> None:
    """Take the steps that `train_seg` takes: float32, AdamW, batch 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("steps", type=int, metavar="STEPS")
    steps = parser.parse_args().steps

    import torch
    from cellpose.vit import CPSAM

    from cellpose.train import _loss_fn_seg  # type: ignore[attr-defined]

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    torch.manual_seed(0)
    net = CPSAM(rdrop=0.0, dtype=torch.float32).train()
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-5, weight_decay=0.1)
    tiles, target = torch.rand(1, 3, 256, 256), torch.rand(1, 3, 256, 256)

    def step() -> None:
        loss = _loss_fn_seg(target, net(tiles)[0], torch.device("cpu"))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()

    step()
    begun, busy = time.perf_counter(), time.process_time()
    for _ in range(steps):
        step()
    print(
        json.dumps(
            {
                "what": "reference",
                "seconds": round((time.perf_counter() - begun) / steps, 2),
                "cpu_seconds": round((time.process_time() - busy) / steps, 2),
                "peak_gb": round(peak_bytes() / 2**30, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
