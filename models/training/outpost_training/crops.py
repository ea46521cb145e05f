"""Random crops of packed pictures."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from .packed import Packed

LEAST_AREA = 0.08
WHOLE_SHARE = 0.15


def random_crops(packed: Packed, chosen: np.ndarray, count: int, side: int, random: np.random.Generator) -> torch.Tensor:
    """`count` × RGB × side × side, 0 to 1: part of a picture, .08 to all of its area, mirrored or not."""
    crops = torch.empty(count, 3, side, side).contiguous(memory_format=torch.channels_last)
    for at, index in enumerate(random.choice(chosen, count)):
        picture = cut(packed.pixels[index], random)
        pixels = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float()
        crops[at] = F.interpolate(pixels, (side, side), mode="bilinear", antialias=True, align_corners=False)[0]
    return crops.div_(255).clamp_(0, 1)


def cut(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A part of a picture: height × width × RGB."""
    height, width = picture.shape[:2]
    if random.random() >= WHOLE_SHARE:
        area = random.uniform(LEAST_AREA, 1) * height * width
        ratio = np.exp(random.uniform(np.log(0.7), np.log(1.4)))
        tall, wide = min(height, int((area / ratio) ** 0.5)), min(width, int((area * ratio) ** 0.5))
        top, left = random.integers(0, height - tall + 1), random.integers(0, width - wide + 1)
        picture = picture[top : top + tall, left : left + wide]
    return picture[:, ::-1] if random.random() < 0.5 else picture
