"""Arrays that mean something else than they show, which every door refuses."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

__all__ = ["STRANGE", "strange"]

STRANGE = {
    "masked": "got a masked array, whose mask would be dropped: fill it",
    "masked nowhere": "got a masked array",
    "matrix": r"got a np.matrix, whose \* is the product of matrices: np.asarray",
    "complex": "got an array of complex128, expected real numbers .*: take x.real",
    "complex64": "got an array of complex64",
    "dates": r"got an array of datetime64\[s\], .*: count time in numbers",
    "durations": r"got an array of timedelta64\[s\], .*: count time in numbers",
    "words": "got an array of <U1, .*: np.array",
    "bytes": r"got an array of \|S1, .*: np.array",
    "objects": "got an? .*object.* expected real numbers",
    "records": "got an array of .*, expected real numbers .*: take the fields apart",
    "recarray": "got an array of .*, expected real numbers .*: take the fields apart",
}
"""Each kind, and how its refusal begins."""


def strange(kind: str, shape: tuple[int, ...] = (2, 3)) -> Any:
    """An array of this kind, on the host; a matrix has two axes whatever the shape."""
    ones = np.ones(shape)
    fields = np.zeros(shape, [("x", float), ("y", float)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = {
            "masked": lambda: np.ma.masked_array(ones, mask=ones == ones.cumsum().reshape(shape)),
            "masked nowhere": lambda: np.ma.masked_array(ones),
            "matrix": lambda: np.asmatrix(ones),
            "complex": lambda: ones + 5j,
            "complex64": lambda: ones.astype("complex64"),
            "dates": lambda: ones.astype("M8[s]"),
            "durations": lambda: ones.astype("m8[s]"),
            "words": lambda: ones.astype("U1"),
            "bytes": lambda: ones.astype("S1"),
            "objects": lambda: ones.astype(object),
            "records": lambda: fields,
            "recarray": lambda: fields.view(np.recarray),
        }
        return made[kind]()
