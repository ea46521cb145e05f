"""`features`: a backbone of our own, from a random start, that learns to say what a teacher's backbone says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .backbone import CHANNELS, Backbone, pooled
from .crops import random_crops
from .onnx_network import OnnxNetwork
from .packed import Packed
from .progress import Progress, one_cycle

SIDE = 128
BATCH = 96
PEAK_RATE = 3e-3
SAVE_EVERY = 50
VALIDATE_EVERY = 400
# YOLOX-nano's own backbone: what leaves dark3, dark4 and dark5.
TEACHER = "yolox-nano-416.onnx"
TEACHER_MAPS = ["781", "841", "886"]
BOUND = (-4.0, 6.0)


class Standard:
    """Each channel of the teacher's maps brought to mean 0 and deviation 1, measured once on crops."""

    def __init__(self, teacher: OnnxNetwork, crops: torch.Tensor) -> None:
        maps = teacher(for_teacher(crops))
        self.scales = [(of.mean((0, 2, 3), keepdim=True), of.std((0, 2, 3), keepdim=True) + 1e-4) for of in maps]
        vector = pooled(tuple(self.maps(maps)))
        self.pooled_mean, self.pooled_deviation = vector.mean(0), vector.std(0) + 1e-4

    def maps(self, of: list[torch.Tensor]) -> list[torch.Tensor]:
        return [((one - mean) / deviation).clamp(*BOUND) for one, (mean, deviation) in zip(of, self.scales)]

    def vector(self, maps: list[torch.Tensor]) -> torch.Tensor:
        return (pooled(tuple(maps)) - self.pooled_mean) / self.pooled_deviation


def for_teacher(crops: torch.Tensor) -> torch.Tensor:
    """RGB 0 to 1 → BGR 0 to 255."""
    return (crops.flip(1) * 255).contiguous(memory_format=torch.channels_last)


def losses(said: list[torch.Tensor], wanted: list[torch.Tensor], standard: Standard) -> tuple[torch.Tensor, list[float]]:
    """The mean squared error of the maps, and half as much of their pooled vectors."""
    by_map = [F.mse_loss(one, other) for one, other in zip(said, wanted)]
    of_vectors = F.mse_loss(standard.vector(said), standard.vector(wanted))
    return sum(by_map) + 0.5 * 3 * of_vectors, [*(float(one) for one in by_map), float(of_vectors)]


def train(folder: Path, packed: Packed, weights: Path, seed: int, samples: int) -> Backbone:
    """Trains until `samples` crops were seen in all, over however many runs. Answers the backbone."""
    torch.manual_seed(seed)
    teacher = OnnxNetwork(weights / TEACHER, TEACHER_MAPS)
    backbone = Backbone().to(memory_format=torch.channels_last)
    adapters = nn.ModuleList(nn.Conv2d(channels, channels, 1) for channels in CHANNELS)
    optimiser = torch.optim.AdamW([*backbone.parameters(), *adapters.parameters()], lr=PEAK_RATE, weight_decay=0.02)
    progress = Progress(folder, {"backbone": backbone, "adapters": adapters}, optimiser)
    seen = packed.where(is_held_out=False)
    fixed = random_crops(packed, seen, 384, SIDE, np.random.default_rng(seed))
    standard = Standard(teacher, fixed)
    check = random_crops(packed, packed.where(is_held_out=True), 384, SIDE, np.random.default_rng(seed + 1))
    while progress.samples < samples:
        step = progress.samples // BATCH
        rate = one_cycle(progress.samples / samples, PEAK_RATE)
        for group in optimiser.param_groups:
            group["lr"] = rate
        crops = random_crops(packed, seen, BATCH, SIDE, np.random.default_rng([seed, step]))
        wanted = standard.maps(teacher(for_teacher(crops)))
        said = [adapt(of) for adapt, of in zip(adapters, backbone(vary(crops)))]
        loss, _ = losses(said, wanted, standard)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(backbone.parameters(), 5.0)
        optimiser.step()
        progress.samples += BATCH
        if step % SAVE_EVERY == SAVE_EVERY - 1:
            progress.save()
        if step % VALIDATE_EVERY == VALIDATE_EVERY - 1:
            validate(backbone, adapters, teacher, standard, check, progress, float(loss))
    progress.save()
    return backbone


def vary(crops: torch.Tensor) -> torch.Tensor:
    """Mild light and contrast of the student's picture alone: the teacher's answer stands for both."""
    count = len(crops)
    contrast = 0.8 + 0.4 * torch.rand(count, 1, 1, 1)
    light = 0.2 * torch.rand(count, 1, 1, 1) - 0.1
    return ((crops - 0.45) * contrast + 0.45 + light).clamp(0, 1).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def validate(
    backbone: Backbone,
    adapters: nn.ModuleList,
    teacher: OnnxNetwork,
    standard: Standard,
    crops: torch.Tensor,
    progress: Progress,
    loss: float,
) -> None:
    """How far the maps are from the teacher's on pictures that are never trained on; 1 is a guess of the mean."""
    backbone.eval()
    wanted = standard.maps(teacher(for_teacher(crops)))
    said = [adapt(of) for adapt, of in zip(adapters, backbone(crops))]
    _, (at8, at16, at32, vectors) = losses(said, wanted, standard)
    backbone.train()
    progress.log(loss=round(loss, 4), mse8=round(at8, 4), mse16=round(at16, 4), mse32=round(at32, 4), pooled=round(vectors, 4))
