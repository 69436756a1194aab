"""`python -m d2lrnn pretrain`: the networks that come with the course, made again."""

from __future__ import annotations

from pathlib import Path

from d2lrnn.commands import Wrong


def pretrain(chosen) -> int:
    """Train the networks that were named, or all of them, and say how well each does. Returns the exit status."""
    from d2lrnn.pretrained.recipes import RECIPES, make

    unknown = [name for name in chosen.networks if name not in RECIPES]
    if unknown:
        raise Wrong(f"there is no network {unknown[0]!r}; there are {', '.join(RECIPES)}")
    folder = Path(chosen.out)
    if folder.exists() and not folder.is_dir():
        raise Wrong(f"--out: {folder} is no folder")
    names = chosen.networks or list(RECIPES)
    there = [str(folder / f"{name}.npz") for name in names if (folder / f"{name}.npz").exists()]
    if there:
        raise Wrong(f"--out: {', '.join(there)} would be overwritten; name another folder, or move it away")
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        print(f"{name}: {RECIPES[name].what}", flush=True)
        card = make(name, folder / f"{name}.npz", chosen.share)
        for play, scores in card["held_out"].items():
            print(f"  {play}: " + ", ".join(f"{what} {value}" for what, value in scores.items()))
        print(f"  {folder / name}.npz: {card['weights']:,} weights", flush=True)
    return 0
