"""Average precision at an overlap of one half, as all-point interpolation has it (Pascal VOC 2010)."""

from __future__ import annotations

import numpy as np

Found = tuple[int, float, np.ndarray]
"""Picture, score, box."""


def average_precision(found: list[Found], true: dict[int, np.ndarray], least_overlap: float = 0.5) -> float:
    """For one class. `true`: boxes [M, 4] by picture. NaN where there is nothing to find."""
    total = sum(len(boxes) for boxes in true.values())
    if total == 0:
        return float("nan")
    taken = {picture: np.zeros(len(boxes), bool) for picture, boxes in true.items()}
    hits = np.zeros(len(found))
    for at, (picture, _, box) in enumerate(sorted(found, key=lambda one: -one[1])):
        boxes = true.get(picture)
        if boxes is None or len(boxes) == 0:
            continue
        overlap = overlaps_with(box, boxes)
        best = int(overlap.argmax())
        if overlap[best] >= least_overlap and not taken[picture][best]:
            taken[picture][best] = True
            hits[at] = 1
    recall = np.cumsum(hits) / total
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(np.concatenate([[0.0], recall])) * envelope))


def overlaps_with(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    shared = np.clip(np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2]), 0, None).prod(1)
    areas = np.clip(box[2:] - box[:2], 0, None).prod() + np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(1)
    return shared / (areas - shared + 1e-9)
