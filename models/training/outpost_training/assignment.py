"""Which cells answer for which thing: those that already say it best (task-aligned assignment, TOOD, 2021)."""

from __future__ import annotations

import torch

CELLS_A_THING = 10
SCORE_POWER = 0.5
OVERLAP_POWER = 4.0
# A thing smaller than its cell still has the cells around its middle to choose from, so many strides away.
REACH = 1.5


def overlaps(boxes: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Intersection over union of every box with every other: [A, B]."""
    top_left = torch.maximum(boxes[:, None, :2], others[None, :, :2])
    bottom_right = torch.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = (bottom_right - top_left).clamp(min=0).prod(-1)
    areas = (boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(-1)
    other_areas = (others[:, 2:] - others[:, :2]).clamp(min=0).prod(-1)
    return shared / (areas[:, None] + other_areas[None] - shared + 1e-9)


@torch.no_grad()
def assign(
    scores: torch.Tensor,
    boxes: torch.Tensor,
    things: torch.Tensor,
    classes: torch.Tensor,
    points: torch.Tensor,
    strides: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """
    For one picture: the cells that answer, the thing each answers for, and how sure each ought to be (0 to 1).

    scores [N, C] and boxes [N, 4] as said by the network, things [M, 4] with their classes [M], middles of the cells
    points [N, 2] with their strides [N].
    """
    overlap = overlaps(things, boxes)
    fitness = scores[:, classes].T ** SCORE_POWER * overlap**OVERLAP_POWER
    centre = (things[:, None, :2] + things[:, None, 2:]) / 2
    half = torch.maximum((things[:, None, 2:] - things[:, None, :2]) / 2, strides[None, :, None] * REACH)
    is_inside = ((points[None] - centre).abs() <= half).all(-1)
    fitness = torch.where(is_inside, fitness + 1e-9, torch.zeros_like(fitness))
    best = fitness.topk(min(CELLS_A_THING, fitness.shape[1]), 1)
    chosen = torch.zeros_like(fitness, dtype=torch.bool).scatter_(1, best.indices, True) & is_inside
    # A cell that two things want answers for the one it covers better.
    wanted = torch.where(chosen, overlap + 1e-9, torch.zeros_like(overlap))
    greatest, thing = wanted.max(0)
    cells = torch.nonzero(greatest > 0)[:, 0]
    owners = thing[cells]
    own = fitness[owners, cells]
    # The best cell of a thing ought to be as sure as its box is right; the others in proportion.
    is_own = torch.nn.functional.one_hot(owners, len(things)).T
    top = (is_own * own).amax(1, keepdim=True) if len(cells) > 0 else own.new_zeros(len(things), 1)
    top_overlap = (is_own * overlap[owners, cells]).amax(1) if len(cells) > 0 else own.new_zeros(len(things))
    return cells, owners, own / (top[owners, 0] + 1e-9) * top_overlap[owners]
