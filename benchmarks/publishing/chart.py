"""Results as bars on a logarithmic scale; needs the extra ``plot`` (matplotlib)."""

from __future__ import annotations

import os
import textwrap
from typing import Any

from xpnet.bench import Result, Results
from xpnet.bench.units import duration
from xpnet.errors import DataError
from xpnet.plotting import check_plottable, save

__all__ = ["TABLES", "plot_results"]

TABLES = ("gradient", "training step", "whole run")
"""What is drawn: tables with many cases of a few works."""
PANELS = 3
"""Side by side, one for each work."""
OURS, OTHERS = "tab:blue", "0.72"
INCHES = 9.0
FOOTER_WIDTH = 130
BARS_SHARE = 0.66
"""Of a panel's width, for the longest bar."""


def plot_results(results: Results, path: str | os.PathLike[str]) -> None:
    """Draw a bar for each time of the tables in `TABLES`, with its quartiles.

    Parameters
    ----------
    results : Results
    path : str or path
        Ending in .png, .svg or .pdf. Written whole or not at all.

    Raises
    ------
    OptionError
        The picture cannot be drawn here.
    DataError
        There is no time to draw.
    """
    check_plottable(path)
    bands = _bands(results.rows)
    if not bands:
        raise DataError(f"{path}: no time to draw in the tables {', '.join(TABLES)}")
    # matplotlib is an extra, and slow to import
    from matplotlib.figure import Figure

    names = [_names(band) for band in bands]
    heights = [0.26 * len(cases) + 0.75 for cases in names]
    footer = _footer(results.rows)
    height = sum(heights) + 0.16 * len(footer) + 0.9
    figure = Figure(figsize=(INCHES, height), layout="constrained")
    grid = figure.add_gridspec(len(bands), 1, height_ratios=heights)
    for row, (band, cases) in enumerate(zip(bands, names, strict=True)):
        axes = grid[row].subgridspec(1, len(band)).subplots(sharey=True, squeeze=False)[0]
        axes[0].set_yticks(range(len(cases)), cases, fontsize=9)
        axes[0].invert_yaxis()
        for axis, (title, timed) in zip(axes, band.items(), strict=True):
            axis.set_title(title, fontsize=9, loc="left")
            _bars(axis, timed, cases)
    figure.suptitle(_title(results), fontsize=11)
    figure.supxlabel("\n".join(footer), fontsize=8, x=0.01, ha="left")
    save(figure, path)


def _bands(rows: list[Result]) -> list[dict[str, list[Result]]]:
    """Works with times of one table, as many as stand side by side: their titles and rows."""
    bands = []
    for table in TABLES:
        works: dict[str, list[Result]] = {}
        for row in rows:
            if row.table == table and row.seconds:
                works.setdefault(f"{table}\n{row.work}", []).append(row)
        entries = list(works.items())
        bands += [dict(entries[k : k + PANELS]) for k in range(0, len(entries), PANELS)]
    return bands


def _names(band: dict[str, list[Result]]) -> list[str]:
    return list(dict.fromkeys(row.case for timed in band.values() for row in timed))


def _bars(axis: Any, timed: list[Result], cases: list[str]) -> None:
    """The bars of one work, each with its time at its end."""
    spreads = {row.case: row.seconds for row in timed if row.seconds}
    compared = {row.case for row in timed if row.relative_speed}
    left = min(s.low for s in spreads.values()) / 3
    right = max(s.high for s in spreads.values())
    for name, s in spreads.items():
        place = cases.index(name)
        color = OTHERS if name in compared else OURS
        error = [[s.median - s.low], [s.high - s.median]]
        axis.barh(place, s.median - left, left=left, color=color, height=0.7)
        axis.errorbar(s.median, place, xerr=error, color="0.2", linewidth=1)
        axis.annotate(
            duration(s.median),
            (s.high, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
    axis.set_xscale("log")
    # the rest of the panel is for the label behind the longest bar
    axis.set_xlim(left, left * (right / left) ** (1 / BARS_SHARE))
    axis.grid(axis="x", color="0.9")
    axis.set_axisbelow(True)
    axis.tick_params(which="both", bottom=False, labelbottom=False, left=False)
    axis.spines[["top", "right", "bottom"]].set_visible(False)


def _title(results: Results) -> str:
    machine = results.machine
    where = "; ".join([machine["cpu"], *dict.fromkeys(machine["blas"]), machine["date"]])
    return (
        f"{where}\nmedian times with quartiles, logarithmic: grey lines are a factor of ten apart"
    )


def _footer(rows: list[Result]) -> list[str]:
    """What to know of the bars."""
    listed: dict[str, dict[str, None]] = {}
    for row in rows:
        if row.table in TABLES and row.seconds and row.note:
            listed.setdefault(row.note, {})[f"{row.case} ({row.work})"] = None
    entries = [f"{', '.join(names)}: {note}" for note, names in listed.items()]
    return [line for entry in entries for line in textwrap.wrap(entry, FOOTER_WIDTH)]
