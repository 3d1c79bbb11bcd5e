"""The chapter's training on NumPy and on CuPy: both come to the same accuracy, or exit code 1.

    python benchmarks/acceptance_smoke.py FOLDER --steps 600

FOLDER/smoke.json says what each reached.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from problems import CHAPTER, LR

from xpnet.backends import use_backend
from xpnet.files import write_whole
from xpnet.optimizers import SGD
from xpnet.training import Trainer

__all__ = ["AGREED", "main", "trained"]

AGREED = 0.003
"""Of the test images: 30 of 10,000 near a boundary may fall otherwise after 600 steps' rounding."""


def trained(backend: str, steps: int) -> dict[str, Any]:
    """Where the chapter's network comes in so many steps from the start that all share."""
    with use_backend(backend) as current:
        data = CHAPTER.data()
        train, test = (data.x, data.t), (data.x_test, data.t_test)
        net = CHAPTER.network()
        Trainer(net, SGD(LR), train, batch_size=CHAPTER.batch, progress=False).run(iterations=steps)
        return {"device": str(current.device), "test_accuracy": float(net.accuracy(*test))}


def main(arguments: list[str] | None = None) -> int:
    """0 if both agree, 1 if not."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=600, help="default: 600, an epoch")
    options = parser.parse_args(arguments)
    found = {name: trained(name, options.steps) for name in ("numpy", "cupy")}
    apart = abs(found["numpy"]["test_accuracy"] - found["cupy"]["test_accuracy"])
    document = {"steps": options.steps, "agree": apart < AGREED, **found}
    text = json.dumps(document, indent=1)
    write_whole(options.folder / "smoke.json", text + "\n")
    print(text)
    return 0 if document["agree"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
