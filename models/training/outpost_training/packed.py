"""Pictures that `pack.ts` made with the gateway's own decoder and resize."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from .failure import TrainingError


class Packed:
    """`pixels`: uint8, count × side × side × RGB, mapped from disk. `pictures`: what is known of each."""

    def __init__(self, prefix: Path) -> None:
        index = json.loads(prefix.with_suffix(".json").read_text())
        self.side: int = index["side"]
        self.pictures: list[dict] = index["pictures"]
        path = prefix.with_suffix(".u8")
        shape = (len(self.pictures), self.side, self.side, 3)
        if path.stat().st_size != int(np.prod(shape)):
            raise TrainingError(f"{path} does not hold {shape[0]} pictures: pack them again")
        self.pixels = np.memmap(path, np.uint8, "r", shape=shape)

    def where(self, is_held_out: bool, sets: list[str] | None = None) -> np.ndarray:
        """Indices of the pictures on one side of the split, of all sets or of some."""
        chosen = [
            index
            for index, one in enumerate(self.pictures)
            if one["isHeldOut"] == is_held_out and (sets is None or one["set"] in sets)
        ]
        return np.array(chosen, np.int64)

    def digest(self, indices: np.ndarray) -> str:
        """One digest of all files that a training saw, whatever their order."""
        lines = sorted(f'{self.pictures[index]["file"]} {self.pictures[index]["sha256"]}' for index in indices)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
