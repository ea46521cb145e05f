"""A training that can be stopped at any moment and goes on where it was."""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path

import torch


class Progress:
    """Where a training stands: its samples so far, its log, and the checkpoint that holds all of it."""

    def __init__(self, folder: Path, modules: dict[str, torch.nn.Module], optimiser: torch.optim.Optimizer) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "checkpoint.pt"
        self.log_path = folder / "log.jsonl"
        self.modules = modules
        self.optimiser = optimiser
        self.samples = 0
        self.seconds = 0.0
        self._since = time.monotonic()
        if self.path.exists():
            self._take(torch.load(self.path, map_location="cpu"))

    def _take(self, held: dict) -> None:
        self.samples, self.seconds = held["samples"], held["seconds"]
        for name, module in self.modules.items():
            module.load_state_dict(held[name])
        self.optimiser.load_state_dict(held["optimiser"])

    def save(self) -> None:
        """Whole or not at all, whenever the power goes."""
        now = time.monotonic()
        self.seconds += now - self._since
        self._since = now
        held = {name: module.state_dict() for name, module in self.modules.items()}
        held |= {"optimiser": self.optimiser.state_dict(), "samples": self.samples, "seconds": self.seconds}
        part = self.path.with_suffix(".part")
        torch.save(held, part)
        os.replace(part, self.path)

    def log(self, **figures: float) -> None:
        line = json.dumps({"samples": self.samples, "seconds": round(self.seconds), **figures})
        print(line, flush=True)
        with self.log_path.open("a") as log:
            log.write(line + "\n")


def one_cycle(share: float, peak: float) -> float:
    """Learning rate at a share 0 to 1 of the whole: up for a twentieth, then down along a cosine."""
    if share < 0.05:
        return peak * (0.1 + 0.9 * share / 0.05)
    return peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (share - 0.05) / 0.95)))
