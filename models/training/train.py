#!/usr/bin/python3
"""Trains one of the weights: `models/training/train.py NAME`. Stopped at any time, it goes on where it was."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

# Two threads that wait for each other must not spin while others want the core.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ALL_SETS = (
    "waste,mask,plate,parking,road,street,road-users,road-vehicles,swimmers,"
    "fire-smoke,plate-boxes,plate-boxes-us,bins,mask-boxes,bays,potholes"
)


def main() -> int:
    options = read_options()
    shared = os.environ.get("OUTPOST_SHARED")
    if shared is None:
        print("OUTPOST_SHARED does not name the folder with datasets/ and weights/", file=sys.stderr)
        return 1
    work = Path(options.work)
    work.mkdir(parents=True, exist_ok=True)
    # Imported here, so that --help needs nothing but Python.
    import torch
    from outpost_training import features
    from outpost_training.packed import Packed

    torch.set_num_threads(options.threads)
    prefix = work / "all-256"
    pack(Path(shared) / "datasets", ALL_SETS, 256, "stretch", prefix)
    features.train(work / "features", Packed(prefix), Path(shared) / "weights", options.seed, options.samples)
    return 0


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=["features"])
    parser.add_argument("--work", default=str(ROOT / ".training"), help="checkpoints, logs and tensors; never committed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, default=900_000, help="crops to see in all")
    return parser.parse_args()


def pack(data: Path, sets: str, side: int, fit: str, prefix: Path) -> None:
    """Once: the pictures as the gateway would decode and scale them."""
    if prefix.with_suffix(".json").exists():
        return
    script = ["sh", str(ROOT / ".toolchain/node.sh"), str(HERE / "pack.ts")]
    asked = ["--data", str(data), "--sets", sets, "--side", str(side), "--fit", fit, "--out", str(prefix)]
    subprocess.run([*script, *asked], check=True)


if __name__ == "__main__":
    sys.exit(main())
