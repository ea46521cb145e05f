"""Batches for detectors: parts of pictures, four of them in one, other light, mirrored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from .packed import Packed
from .recipes import Recipe

GREY = 114
MOSAIC_SHARE = 0.5
# What is left of a thing after cutting must be so much of it, or nobody is told about it.
LEAST_LEFT = 0.35
LEAST_SIDE_PX = 3.0


@dataclass(frozen=True)
class Labelled:
    """A picture's labels in shares of its own size."""

    index: int
    boxes: np.ndarray
    classes: np.ndarray
    doubtful: np.ndarray
    known: np.ndarray


def read_labels(packed: Packed, recipe: Recipe, chosen: np.ndarray, taught: dict[str, dict]) -> list[Labelled]:
    """`taught`: by file, what a teacher saw where the set itself does not say: `boxes`, `classes`, `doubtful`."""
    sources = {one.set: one for one in recipe.sources}
    number = {name: at for at, name in enumerate(recipe.classes)}
    labelled = []
    for index in chosen:
        picture = packed.pictures[index]
        source = sources[picture["set"]]
        boxes, classes, doubtful = [], [], []
        for box in picture["boxes"]:
            edges = [box["left"], box["top"], box["right"], box["bottom"]]
            name = source.classes[box["class"]]
            if name is None:
                continue
            boxes.append(edges)
            classes.append(number[name])
        known = np.array([name in source.complete for name in recipe.classes], np.float32)
        extra = taught.get(picture["file"])
        if extra is not None:
            boxes += extra["boxes"]
            classes += extra["classes"]
            doubtful += extra["doubtful"]
            known[:] = 1
        labelled.append(Labelled(int(index), table(boxes), np.array(classes, np.int64), table(doubtful), known))
    return labelled


def table(boxes: list[list[float]]) -> np.ndarray:
    return np.array(boxes, np.float32).reshape(-1, 4)


class Batches:
    """Endless training batches, the same ones for the same seed."""

    def __init__(self, packed: Packed, labelled: list[Labelled], seed: int) -> None:
        self.packed = packed
        self.labelled = labelled
        self.seed = seed

    def batch(self, step: int, count: int, side: int) -> tuple[torch.Tensor, list[dict[str, torch.Tensor]]]:
        random = np.random.default_rng([self.seed, step])
        images, truths = [], []
        for _ in range(count):
            image, truth = self.mosaic(side, random) if random.random() < MOSAIC_SHARE else self.single(side, random)
            if random.random() < 0.5:
                image, truth = mirrored(image, truth, side)
            images.append(relit(image, random))
            truths.append({name: torch.from_numpy(value) for name, value in truth.items()})
        stack = torch.stack(images).div_(255).clamp_(0, 1)
        return stack.contiguous(memory_format=torch.channels_last), truths

    def single(self, side: int, random: np.random.Generator) -> tuple[torch.Tensor, dict[str, np.ndarray]]:
        canvas = torch.full((3, side, side), float(GREY))
        truth = self.place(canvas, (0, 0, side, side), random)
        return canvas, truth

    def mosaic(self, side: int, random: np.random.Generator) -> tuple[torch.Tensor, dict[str, np.ndarray]]:
        canvas = torch.full((3, side, side), float(GREY))
        x, y = (int(random.uniform(0.35, 0.65) * side) for _ in range(2))
        parts = [
            self.place(canvas, window, random)
            for window in ((0, 0, x, y), (x, 0, side, y), (0, y, x, side), (x, y, side, side))
        ]
        truth = {name: np.concatenate([part[name] for part in parts]) for name in ("boxes", "classes", "doubtful")}
        # A class that one of the four does not label is background nowhere.
        truth["known"] = np.minimum.reduce([part["known"] for part in parts])
        return canvas, truth

    def place(
        self, canvas: torch.Tensor, window: tuple[int, int, int, int], random: np.random.Generator
    ) -> dict[str, np.ndarray]:
        """Draws a random picture, cut and scaled at random, into a window of the canvas."""
        label = self.labelled[random.integers(len(self.labelled))]
        picture = self.packed.pictures[label.index]
        width, height = picture["width"], picture["height"]
        left, top, right, bottom = window
        room = np.array([right - left, bottom - top], np.float32)
        scale = min(room / (width, height)) * float(np.exp(random.uniform(np.log(0.6), np.log(1.8))))
        stretch = np.exp(random.uniform(-0.12, 0.12))
        size = np.maximum(8, np.array([width * scale * stretch, height * scale / stretch])).astype(int)
        pixels = torch.from_numpy(self.packed.pixels[label.index, :height, :width].copy()).permute(2, 0, 1)[None].float()
        drawn = F.interpolate(pixels, (int(size[1]), int(size[0])), mode="bilinear", antialias=True, align_corners=False)[0]
        # Where the picture's corner lies in the window: left of it where the picture is the larger.
        offset = np.array([int(random.uniform(min(0, room[at] - size[at]), max(0, room[at] - size[at]))) for at in (0, 1)])
        x0, y0 = np.maximum(offset, 0)
        x1, y1 = np.minimum(offset + size, room.astype(int))
        canvas[:, top + y0 : top + y1, left + x0 : left + x1] = drawn[
            :, y0 - offset[1] : y1 - offset[1], x0 - offset[0] : x1 - offset[0]
        ]
        corner = np.array([left, top]) + offset
        return placed(label, np.tile(size, 2), np.tile(corner, 2), (left + x0, top + y0, left + x1, top + y1))


def placed(label: Labelled, size: np.ndarray, corner: np.ndarray, seen: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Labels in pixels of the canvas; what was cut off too far is doubtful."""
    whole = (label.boxes * size + corner).astype(np.float32)
    bounds = np.array([*seen[:2], *seen[:2]], np.float32), np.array([*seen[2:], *seen[2:]], np.float32)
    cut = np.clip(whole, *bounds)
    left = area(cut) / np.maximum(area(whole), 1e-6)
    is_kept = (left >= LEAST_LEFT) & ((cut[:, 2:] - cut[:, :2]).min(1, initial=1e9) >= LEAST_SIDE_PX)
    doubtful = np.clip((label.doubtful * size + corner).astype(np.float32), *bounds)
    return {
        "boxes": cut[is_kept],
        "classes": label.classes[is_kept],
        "doubtful": np.concatenate([doubtful, cut[~is_kept]]).astype(np.float32),
        "known": label.known,
    }


def area(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, 2:] - boxes[:, :2]).prod(1)


def mirrored(image: torch.Tensor, truth: dict[str, np.ndarray], side: int) -> tuple[torch.Tensor, dict[str, np.ndarray]]:
    def turned(boxes: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(np.stack([side - boxes[:, 2], boxes[:, 1], side - boxes[:, 0], boxes[:, 3]], 1))

    return image.flip(2), {**truth, "boxes": turned(truth["boxes"]), "doubtful": turned(truth["doubtful"])}


def relit(image: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Other light, contrast, colour and, now and then, none."""
    grey = image.mean(0, keepdim=True)
    colour = 0.0 if random.random() < 0.05 else random.uniform(0.6, 1.4)
    tint = torch.from_numpy(random.uniform(0.92, 1.08, (3, 1, 1)).astype(np.float32))
    light = random.uniform(0.65, 1.35)
    return ((grey + (image - grey) * colour) * tint * light + random.uniform(-18, 18)).clamp(0, 255)
