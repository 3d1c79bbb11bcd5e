"""The help of ``xpnet train``, whose options stand in groups."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

__all__ = ["GROUPS", "TrainCommand"]

GROUPS = {
    "Network": ("hidden", "activation", "init", "dropout", "batch_norm", "dtype"),
    "Training": (
        *("epochs", "iterations", "batch_size", "optimizer", "lr", "schedule", "warmup"),
        *("weight_decay", "validation", "early_stopping", "seed", "replacement"),
    ),
    "Data and device": (
        "data",
        "backend",
        "threads",
        "capture",
        "accumulate",
        "distributed",
    ),
    "Saving and resuming": ("save", "checkpoint", "checkpoint_every", "keep", "resume"),
    "Output": ("json", "csv", "tensorboard", "plot", "report", "quiet", "help"),
}
"""The options under each heading, in the order in which they are shown."""
WIDTH = 26
"""Letters of the column of flags, the same in each group; longer ones have a line of their own."""


class TrainCommand(TyperCommand):
    """A command whose help lists options by `GROUPS`."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write a list of options for each group."""
        params = {param.name: param for param in self.get_params(ctx)}
        for heading, names in GROUPS.items():
            with formatter.section(heading):
                rows = [params[name].get_help_record(ctx) or ("", "") for name in names]
                formatter.write_dl([(f"{flags:<{WIDTH}}", words) for flags, words in rows], WIDTH)
