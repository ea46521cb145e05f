"""What a detector is told after each batch."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .assignment import assign

BOX_WEIGHT = 2.0
BACKGROUND_WEIGHT = 0.75
FOCUS = 2.0


def detection_loss(
    logits: torch.Tensor,
    boxes: torch.Tensor,
    pictures: list[dict[str, torch.Tensor]],
    points: torch.Tensor,
    strides: torch.Tensor,
) -> tuple[torch.Tensor, dict[str, float]]:
    """
    Each picture holds `boxes` [M, 4] in pixels, `classes` [M], `known` [C] (which classes its set labels at all) and
    `doubtful` [K, 4] (where nobody knows: no cell in them is told that it is background).
    """
    scores = logits.detach().sigmoid()
    wanted = torch.zeros_like(logits)
    weight = torch.zeros_like(logits)
    box_losses, box_weights = [], []
    for at, picture in enumerate(pictures):
        weight[at] = background_weight(scores[at], picture, points)
        if len(picture["boxes"]) == 0:
            continue
        cells, owners, sureness = assign(
            scores[at], boxes[at].detach(), picture["boxes"], picture["classes"], points, strides
        )
        wanted[at, cells, picture["classes"][owners]] = sureness
        weight[at, cells, picture["classes"][owners]] = 1.0
        box_losses.append(1 - generalised_overlap(boxes[at, cells], picture["boxes"][owners]))
        box_weights.append(sureness)
    total = wanted.sum().clamp(min=1.0)
    class_loss = (F.binary_cross_entropy_with_logits(logits, wanted, reduction="none") * weight).sum() / total
    if not box_losses:
        return class_loss, {"class": float(class_loss), "box": 0.0}
    box_loss = (torch.cat(box_losses) * torch.cat(box_weights)).sum() / total
    return class_loss + BOX_WEIGHT * box_loss, {"class": float(class_loss), "box": float(box_loss)}


def background_weight(scores: torch.Tensor, picture: dict[str, torch.Tensor], points: torch.Tensor) -> torch.Tensor:
    """Background counts the more, the surer the network is of what is not there (varifocal loss, 2020)."""
    weight = BACKGROUND_WEIGHT * scores**FOCUS * picture["known"][None]
    doubtful = picture["doubtful"]
    if len(doubtful) == 0:
        return weight
    after = points[None] >= doubtful[:, None, :2]
    before = points[None] <= doubtful[:, None, 2:]
    is_doubtful = (after & before).all(-1).any(0)
    return torch.where(is_doubtful[:, None], torch.zeros_like(weight), weight)


def generalised_overlap(said: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    """GIoU (2019) of pairs of boxes: 1 where they are the same, below 0 where they are far apart."""
    shared = (torch.minimum(said[:, 2:], true[:, 2:]) - torch.maximum(said[:, :2], true[:, :2])).clamp(min=0).prod(-1)
    areas = (said[:, 2:] - said[:, :2]).prod(-1) + (true[:, 2:] - true[:, :2]).prod(-1)
    union = areas - shared + 1e-9
    hull = (torch.maximum(said[:, 2:], true[:, 2:]) - torch.minimum(said[:, :2], true[:, :2])).prod(-1) + 1e-9
    return shared / union - (hull - union) / hull
