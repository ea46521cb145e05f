"""Small heads on the frozen backbone: what a crop is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .backbone import CHANNELS, Backbone, pooled
from .features import vary
from .packed import Packed

SIDE = 128
VECTOR = 2 * sum(CHANNELS)
# Each picture is looked at so often, in other light, mirrored every second time.
LOOKS = 6
EPOCHS = 80
BATCH = 128
RATE = 1e-3
# Two pictures whose 24 × 24 grey images agree so far are one photograph under two names.
TWIN = 0.97


@dataclass(frozen=True)
class HeadRecipe:
    name: str
    sets: tuple[str, ...]
    classes: tuple[str, ...]


HEADS = {
    recipe.name: recipe
    for recipe in (
        HeadRecipe("waste-class", ("waste",), ("cardboard", "glass", "metal", "paper", "plastic", "trash")),
        HeadRecipe("mask-crop", ("mask",), ("with_mask", "without_mask")),
        HeadRecipe("bay-occupied", ("parking",), ("empty", "occupied")),
    )
}


class Head(nn.Module):
    """A vector of 896 → class logits; brings each number to mean 0 and deviation 1 first."""

    def __init__(self, vectors: torch.Tensor, class_count: int) -> None:
        super().__init__()
        self.register_buffer("mean", vectors.mean(0))
        self.register_buffer("deviation", vectors.std(0) + 1e-3)
        self.layers = nn.Sequential(
            nn.Linear(VECTOR, 96), nn.ReLU(), nn.Dropout(0.4), nn.Linear(96, class_count)
        )

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        return self.layers(((vectors - self.mean) / self.deviation).clamp(-6, 6))


class CropClassifier(nn.Module):
    """Backbone and head in one: RGB 0 to 1 → shares that add up to 1."""

    def __init__(self, backbone: Backbone, head: Head) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.head(pooled(self.backbone(image))).softmax(1)


def train(packed: Packed, recipe: HeadRecipe, backbone_path: Path, seed: int) -> tuple[CropClassifier, dict[str, float]]:
    """Answers the classifier, and how it does on held-out pictures without a twin among those trained on."""
    torch.manual_seed(seed)
    backbone = Backbone().to(memory_format=torch.channels_last)
    backbone.load_state_dict(torch.load(backbone_path, map_location="cpu")["backbone"])
    backbone.eval()
    seen, kept = packed.where(is_held_out=False), packed.where(is_held_out=True)
    alone = kept[~have_twins(packed, kept, seen)]
    looks = [vectors_of(backbone, packed, seen, look) for look in range(LOOKS)]
    labels = labels_of(packed, recipe, seen)
    head = fit(Head(torch.cat(looks), len(recipe.classes)), looks, labels)
    said = head(vectors_of(backbone, packed, alone, 0)).argmax(1)
    right = (said == labels_of(packed, recipe, alone)).float()
    figures = {"trained": len(seen), "heldOut": len(alone), "twins": len(kept) - len(alone), "accuracy": float(right.mean())}
    return CropClassifier(backbone, head), figures


def fit(head: Head, looks: list[torch.Tensor], labels: torch.Tensor) -> Head:
    optimiser = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, EPOCHS)
    weight = len(labels) / torch.bincount(labels).float() / (int(labels.max()) + 1)
    for epoch in range(EPOCHS):
        for batch in torch.randperm(len(labels)).split(BATCH):
            vectors = looks[epoch % len(looks)][batch]
            loss = F.cross_entropy(head(vectors), labels[batch], weight.sqrt(), label_smoothing=0.05)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
        schedule.step()
    return head.eval()


@torch.no_grad()
def vectors_of(backbone: Backbone, packed: Packed, chosen: np.ndarray, look: int) -> torch.Tensor:
    """[n, 896]. Look 0 is the picture as it is, odd ones are mirrored, all but the first in other light."""
    found = []
    for start in range(0, len(chosen), 64):
        pixels = torch.from_numpy(packed.pixels[chosen[start : start + 64]]).permute(0, 3, 1, 2).float().div_(255)
        pixels = pixels.flip(3) if look % 2 == 1 else pixels
        image = vary(pixels) if look > 1 else pixels.contiguous(memory_format=torch.channels_last)
        found.append(pooled(backbone(image)))
    return torch.cat(found)


def labels_of(packed: Packed, recipe: HeadRecipe, chosen: np.ndarray) -> torch.Tensor:
    return torch.tensor([recipe.classes.index(packed.pictures[index]["label"]) for index in chosen])


def have_twins(packed: Packed, kept: np.ndarray, seen: np.ndarray) -> np.ndarray:
    return (thumbs(packed, kept) @ thumbs(packed, seen).T).max(1) > TWIN


def thumbs(packed: Packed, chosen: np.ndarray) -> np.ndarray:
    """24 × 24 grey, mean 0, length 1."""
    found = []
    for index in chosen:
        grey = torch.from_numpy(packed.pixels[index].copy()).float().mean(2)[None, None]
        small = F.interpolate(grey, (24, 24), mode="area").flatten().numpy()
        found.append(small - small.mean())
    rows = np.stack(found)
    return rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6)
