"""Trains a detector on a distilled backbone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torchvision.ops import batched_nms

from .average_precision import average_precision
from .average_weights import AverageWeights
from .detection_loss import detection_loss
from .detector import Detector, all_middles
from .packed import Packed
from .pictures import Batches, Labelled
from .progress import Progress, one_cycle
from .recipes import Recipe

BATCH = 16
PEAK_RATE = 2e-3
# The backbone knows something already.
BACKBONE_RATE = 0.35
SAVE_EVERY = 50
VALIDATE_EVERY = 250
LEAST_SCORE = 0.02
NMS_OVERLAP = 0.6
MOST_FOUND = 300


def train(
    folder: Path, packed: Packed, recipe: Recipe, labelled: tuple[list[Labelled], list[Labelled]], backbone: Path, seed: int
) -> nn.Module:
    """`labelled`: to train on, and held out. `backbone`: checkpoint of the features. Answers the averaged network."""
    torch.manual_seed(seed)
    network = Detector(len(recipe.classes)).to(memory_format=torch.channels_last)
    network.backbone.load_state_dict(torch.load(backbone, map_location="cpu")["backbone"])
    average = AverageWeights(network)
    own = [parameter for name, parameter in network.named_parameters() if not name.startswith("backbone.")]
    groups = [{"params": list(network.backbone.parameters()), "share": BACKBONE_RATE}, {"params": own, "share": 1.0}]
    optimiser = torch.optim.AdamW(groups, lr=PEAK_RATE, weight_decay=0.03)
    progress = Progress(folder, {"network": network, "average": average.network}, optimiser)
    training, held_out = labelled
    batches = Batches(packed, training, seed)
    while progress.samples < recipe.samples:
        step = progress.samples // BATCH
        share = progress.samples / recipe.samples
        for group in optimiser.param_groups:
            group["lr"] = one_cycle(share, PEAK_RATE) * group["share"]
        side = side_at(step, recipe.side)
        images, truths = batches.batch(step, BATCH, side)
        points, strides = all_middles(side, images.device)
        loss, parts = detection_loss(*network(images), truths, points, strides)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimiser.step()
        average.take(network, step)
        progress.samples += BATCH
        if step % SAVE_EVERY == SAVE_EVERY - 1:
            progress.save()
        if step % VALIDATE_EVERY == VALIDATE_EVERY - 1 and held_out:
            by_class = validate(average.network, packed, recipe, held_out)
            mean = float(np.nanmean(list(by_class.values())))
            rounded = {name: round(value, 4) for name, value in by_class.items()}
            progress.log(**{name: round(value, 4) for name, value in parts.items()}, mean=round(mean, 4), **rounded)
    progress.save()
    return average.network


def side_at(step: int, side: int) -> int:
    """Three sizes in turn: things look larger and smaller, and the smallest costs half."""
    return side + (-64, 0, 32)[step % 3]


@torch.no_grad()
def validate(network: nn.Module, packed: Packed, recipe: Recipe, held_out: list[Labelled]) -> dict[str, float]:
    """AP50 by class on pictures that are never trained on, in pixels of the packed pictures."""
    found: dict[int, list] = {at: [] for at in range(len(recipe.classes))}
    true: dict[int, dict[int, np.ndarray]] = {at: {} for at in found}
    for number, label in enumerate(held_out):
        picture = packed.pictures[label.index]
        pixels = torch.from_numpy(packed.pixels[label.index].copy()).permute(2, 0, 1)[None].float().div_(255)
        logits, boxes = network(pixels.contiguous(memory_format=torch.channels_last))
        scores, classes = logits[0].sigmoid().max(1)
        is_candidate = scores > LEAST_SCORE
        scores, classes, candidates = scores[is_candidate], classes[is_candidate], boxes[0][is_candidate]
        kept = batched_nms(candidates, scores, classes, NMS_OVERLAP)[:MOST_FOUND]
        for at in kept.tolist():
            found[int(classes[at])].append((number, float(scores[at]), candidates[at].numpy()))
        size = np.tile([picture["width"], picture["height"]], 2)
        for at in true:
            if label.known[at]:
                true[at][number] = label.boxes[label.classes == at] * size
    return {
        name: average_precision([one for one in found[at] if one[0] in true[at]], true[at])
        for at, name in enumerate(recipe.classes)
    }
