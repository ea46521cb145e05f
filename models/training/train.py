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
NAMES = ("features", "scene-detector", "swimmer-detector", "fire-smoke", "bins", "plate-detector", "face-mask")
HEAD_NAMES = ("waste-class", "mask-crop", "bay-occupied")
FEATURES_SIDE = 128


def main() -> int:
    options = read_options()
    shared = os.environ.get("OUTPOST_SHARED")
    if shared is None:
        print("OUTPOST_SHARED does not name the folder with datasets/ and weights/", file=sys.stderr)
        return 1
    work = Path(options.work)
    work.mkdir(parents=True, exist_ok=True)
    # Not before --help, which needs nothing but Python.
    import torch

    torch.set_num_threads(options.threads)
    if options.name == "features":
        train_features(Path(shared), work, options)
    elif options.name in HEAD_NAMES:
        train_head(Path(shared), work, options)
    else:
        train_detector(Path(shared), work, options)
    return 0


def train_features(shared: Path, work: Path, options: argparse.Namespace) -> None:
    from outpost_training import export, features
    from outpost_training.packed import Packed

    prefix = pack(shared / "datasets", ALL_SETS, 256, "stretch", work / "all-256")
    backbone = features.train(
        work / "features", Packed(prefix), shared / "weights", options.seed, options.samples or 240_000
    )
    export.export(export.FeaturesGraph(backbone), FEATURES_SIDE, work / "features" / "features.onnx")


def train_head(shared: Path, work: Path, options: argparse.Namespace) -> None:
    import json

    from outpost_training import export, heads
    from outpost_training.packed import Packed

    recipe = heads.HEADS[options.name]
    prefix = pack(shared / "datasets", ",".join(recipe.sets), heads.SIDE, "stretch", work / recipe.name)
    classifier, figures = heads.train(Packed(prefix), recipe, work / "features" / "checkpoint.pt", options.seed)
    print(json.dumps({"name": recipe.name, **figures}))
    export.export(export.ClassifierGraph(classifier), heads.SIDE, work / recipe.name / f"{recipe.name}.onnx")


def train_detector(shared: Path, work: Path, options: argparse.Namespace) -> None:
    from dataclasses import replace

    from outpost_training import detect, export
    from outpost_training.packed import Packed
    from outpost_training.pictures import read_labels
    from outpost_training.recipes import DETECTORS
    from outpost_training.teacher_boxes import SIDE, teach

    recipe = DETECTORS[options.name]
    if options.samples:
        recipe = replace(recipe, samples=options.samples)
    folder = work / recipe.name
    folder.mkdir(exist_ok=True)
    packed = Packed(pack(shared / "datasets", ",".join(recipe.sets), SIDE, "letterbox", work / f"{recipe.name}-{SIDE}"))
    chosen = packed.where(is_held_out=False)
    taught = teach(packed, recipe, chosen, shared / "weights" / "yolox-nano-416.onnx", folder / "taught.json")
    # Nobody measures against what a teacher said: held-out pictures have their own labels only.
    labelled = (
        read_labels(packed, recipe, chosen, taught),
        read_labels(packed, recipe, packed.where(is_held_out=True), {}),
    )
    backbone = work / "features" / "checkpoint.pt"
    network = detect.train(folder, packed, recipe, labelled, backbone, options.seed)
    export.export(export.DetectorGraph(network), recipe.side, folder / f"{recipe.name}.onnx")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=NAMES + HEAD_NAMES)
    parser.add_argument("--work", default=str(ROOT / ".training"), help="checkpoints, logs and tensors; never committed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, help="pictures to see in all; each name has its own default")
    return parser.parse_args()


def pack(data: Path, sets: str, side: int, fit: str, prefix: Path) -> Path:
    """Once: the pictures as the gateway would decode and scale them."""
    if not prefix.with_suffix(".json").exists():
        script = ["sh", str(ROOT / ".toolchain/node.sh"), str(HERE / "pack.ts")]
        asked = ["--data", str(data), "--sets", sets, "--side", str(side), "--fit", fit, "--out", str(prefix)]
        subprocess.run([*script, *asked], check=True)
    return prefix


if __name__ == "__main__":
    sys.exit(main())
