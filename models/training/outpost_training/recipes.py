"""What each detector looks for, and which sets say what of it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Source:
    """A set: which of its classes is which of ours (None: nobody knows what it is), and whether it can be trusted to
    label all things of the classes in `complete`."""

    set: str
    classes: dict[str, str | None]
    complete: tuple[str, ...]


@dataclass(frozen=True)
class Recipe:
    name: str
    classes: tuple[str, ...]
    sources: tuple[Source, ...]
    side: int
    samples: int
    # Our class → class numbers of the teacher (COCO) that stand for it where a set does not label it.
    taught: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def sets(self) -> tuple[str, ...]:
        return tuple(one.set for one in self.sources)


TRAFFIC = ("person", "two-wheeler", "car", "bus", "truck")

DETECTORS = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "scene-detector",
            TRAFFIC,
            (
                Source(
                    "street",
                    {"person": "person", "motorbike": "two-wheeler", "car": "car", "bus": "bus", "truck": "truck"},
                    TRAFFIC,
                ),
                Source(
                    "road-users",
                    # Rider and machine in one box: neither a person alone nor a machine alone.
                    {"people": "person", "biker": "two-wheeler", "cyclist": "two-wheeler", "car": "car", "truck": "truck"},
                    ("person", "two-wheeler", "car", "truck"),
                ),
                Source(
                    "road-vehicles",
                    {"car": "car", "bus": "bus", "truck": "truck", "bike": "two-wheeler"},
                    ("car", "bus", "truck"),
                ),
                Source("bins", {"garbage": None, "garbage_bin": None, "overflow": None}, ()),
                Source("plate-boxes", {"license-plate": None, "vehicle": None}, ()),
            ),
            side=352,
            samples=120_000,
            taught={"person": (0,), "two-wheeler": (1, 3), "car": (2,), "bus": (5,), "truck": (7,)},
        ),
        Recipe(
            "swimmer-detector",
            ("swimmer",),
            (
                Source(
                    "swimmers",
                    {"Active drowning": "swimmer", "Possible Passive Drowner": "swimmer", "Swimming": "swimmer"},
                    ("swimmer",),
                ),
            ),
            side=320,
            samples=30_000,
        ),
        Recipe(
            "fire-smoke",
            ("fire", "smoke"),
            # `default` marks pictures without fire: they train the background.
            (Source("fire-smoke", {"Fire": "fire", "smoke": "smoke", "default": None}, ("fire", "smoke")),),
            side=320,
            samples=30_000,
        ),
        Recipe(
            "bins",
            ("litter", "bin", "overfull-bin"),
            (
                Source(
                    "bins",
                    {"garbage": "litter", "garbage_bin": "bin", "overflow": "overfull-bin"},
                    ("litter", "bin", "overfull-bin"),
                ),
            ),
            side=320,
            samples=40_000,
        ),
        Recipe(
            "plate-detector",
            ("plate",),
            (
                Source("plate-boxes", {"license-plate": "plate", "vehicle": None}, ("plate",)),
                Source("plate-boxes-us", {"license-plate": "plate"}, ("plate",)),
            ),
            side=416,
            samples=30_000,
        ),
        Recipe(
            "face-mask",
            ("masked", "unmasked"),
            (Source("mask-boxes", {"mask": "masked", "no-mask": "unmasked"}, ("masked", "unmasked")),),
            side=320,
            samples=30_000,
        ),
    )
}
