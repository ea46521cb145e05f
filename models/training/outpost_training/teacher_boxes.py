"""What a teacher sees where a set does not label it: sure things become labels, unsure ones become doubt."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torchvision.ops import batched_nms

from .assignment import overlaps
from .onnx_network import OnnxNetwork
from .packed import Packed
from .recipes import Recipe

SIDE = 416
STRIDES = (8, 16, 32)
SURE = 0.45
UNSURE = 0.12
# A thing of the teacher's that lies on a label is that label.
SAME = 0.5


def teach(packed: Packed, recipe: Recipe, chosen: np.ndarray, teacher: Path, kept: Path) -> dict[str, dict]:
    """By file: `boxes`, `classes` and `doubtful` in shares of the picture. Worked out once and kept."""
    if not recipe.taught:
        return {}
    if kept.exists():
        return json.loads(kept.read_text())
    network = OnnxNetwork(teacher, ["output"])
    number = {coco: at for at, name in enumerate(recipe.classes) for coco in recipe.taught[name]}
    sources = {one.set: one for one in recipe.sources}
    taught = {}
    for index in chosen:
        picture = packed.pictures[index]
        complete = sources[picture["set"]].complete
        wanted = [at for at, name in enumerate(recipe.classes) if name not in complete]
        if wanted:
            taught[picture["file"]] = look(network, packed, int(index), number, wanted)
    kept.write_text(json.dumps(taught))
    return taught


def look(network: OnnxNetwork, packed: Packed, index: int, number: dict[int, int], wanted: list[int]) -> dict:
    picture = packed.pictures[index]
    pixels = torch.from_numpy(packed.pixels[index].copy()).permute(2, 0, 1)[None].float().flip(1)
    boxes, scores = decoded(network(pixels)[0][0])
    best, coco = scores.max(1)
    classes = torch.tensor([number.get(int(one), -1) for one in coco])
    is_kept = (best > UNSURE) & torch.isin(classes, torch.tensor(wanted))
    boxes, best, classes = boxes[is_kept], best[is_kept], classes[is_kept]
    chosen = batched_nms(boxes, best, classes, 0.6)
    boxes, best, classes = boxes[chosen], best[chosen], classes[chosen]
    size = torch.tensor([picture["width"], picture["height"]] * 2, dtype=torch.float32)
    shares = (boxes / size).clamp(0, 1)
    labels = torch.tensor([[one["left"], one["top"], one["right"], one["bottom"]] for one in picture["boxes"]])
    is_new = overlaps(shares, labels.reshape(-1, 4)).amax(1) < SAME if len(labels) > 0 else torch.ones(len(best)).bool()
    is_sure = (best > SURE) & is_new
    return {
        "boxes": shares[is_sure].tolist(),
        "classes": classes[is_sure].tolist(),
        "doubtful": shares[~is_sure & is_new].tolist(),
    }


def decoded(output: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """YOLOX's [N, 5 + C] without the grid → boxes [N, 4] in pixels and scores [N, C]."""
    cells = [
        (x * stride, y * stride, stride)
        for stride in STRIDES
        for y in range(SIDE // stride)
        for x in range(SIDE // stride)
    ]
    grid = torch.tensor(cells, dtype=torch.float32)
    centre = output[:, :2] * grid[:, 2:] + grid[:, :2]
    half = output[:, 2:4].exp() * grid[:, 2:] / 2
    return torch.cat([centre - half, centre + half], 1), output[:, 4:5] * output[:, 5:]
