"""Arguments for every primitive of `Backend`, made on the host: what the tests hold them against.

Floating arrays are float64 here and take the dtype under test; `Kept` arrays keep their own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from xpnet.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSProp

Case = tuple[Any, ...]

FLOAT = "the dtype under test"
"""Stands for the dtype itself as an argument."""


class Kept(NamedTuple):
    """An array whose dtype is part of the case."""

    array: np.ndarray[Any, Any]


rng = np.random.default_rng(0)


def normal(*shape: int) -> np.ndarray[Any, Any]:
    return rng.normal(0.0, 3.0, shape)


def labels(rows: int, classes: int, dtype: str = "int64") -> Kept:
    return Kept(rng.integers(0, classes, rows).astype(dtype))


def one_hot_rows(rows: int, classes: int, dtype: str) -> Kept:
    return Kept(np.eye(classes)[rng.integers(0, classes, rows)].astype(dtype))


def soft_rows(rows: int, classes: int) -> np.ndarray[Any, Any]:
    return rng.dirichlet(np.ones(classes), rows)


inf, nan = np.inf, np.nan

SIZES = {
    "one row": normal(1, 10),
    "one column": normal(7, 1),
    "7x5": normal(7, 5),
    "100x10": normal(100, 10),
    "wider than a warp": normal(3, 70),
}
ENTRIES = SIZES | {
    "no rows": normal(0, 3),
    "no axes": normal(),
    "four axes": normal(2, 3, 4, 5),
    "a thousand in a row": normal(1000),
    "special": np.array([[nan, inf, -inf, 0.0, -0.0], [1e-300, -1e-300, 1e4, -1e4, 1.0]]),
    "NaN alone": np.full((2, 3), nan),
}
SCORES = SIZES | {
    "far apart": rng.choice([-1e4, 1e4, 0.0], (7, 5)),
    "all equal": np.full((4, 6), -1e4),
    "-inf at a class": np.where(np.arange(5) == 2, -inf, normal(7, 5)),
    "NaN in a row": np.where(np.arange(35).reshape(7, 5) == 12, nan, normal(7, 5)),
    "+inf in a row": np.where(np.arange(35).reshape(7, 5) == 12, inf, normal(7, 5)),
    "two of +inf in a row": np.array([[inf, 1.0, inf], [1.0, 2.0, 3.0]]),
    "a row of -inf": np.array([[-inf, -inf, -inf], [1.0, 2.0, 3.0]]),
    "a row of NaN": np.array([[nan, nan, nan], [1.0, 2.0, 3.0]]),
}
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
ROWS = ["bool", "uint8", "int64", "float16", "float32", "float64"]
FAR_ENDS = {
    "far below 0": np.linspace(-120.0, -70.0, 101),
    "far from 0": np.linspace(-800.0, 800.0, 201),
}


def of_any_mass() -> dict[str, np.ndarray[Any, Any]]:
    """Rows of labels (7, 5) that do not sum to 1; class 2 is that of a score of -inf."""
    one_hot = np.eye(5)[[0, 1, 3, 4, 0, 1, 3]]
    mixed = one_hot.copy()
    mixed[3:] = 0
    return {
        "twice soft": 2 * soft_rows(7, 5),
        "half soft, float32": (0.5 * soft_rows(7, 5)).astype("float32"),
        "weighed": one_hot * [0.1, 3, 1, 0, 1e4],
        "several": (np.arange(35).reshape(7, 5) % 3 == 0).astype("uint8"),
        "several, bool": np.arange(35).reshape(7, 5) % 4 < 2,
        "all": np.ones((7, 5), "int8"),
        "zero": np.zeros((7, 5)),
        "zero, integer": np.zeros((7, 5), "int64"),
        "one-hot and zero": mixed,
        "negative": one_hot - 0.25,
        "of sum 0": one_hot - np.roll(one_hot, 1, axis=1),
        "beyond 8 bits in sum": np.full((7, 5), 100, "int8"),
        "infinite": np.where(one_hot == 1, inf, 0),
        "NaN in one": np.where(np.arange(35).reshape(7, 5) == 12, nan, one_hot),
    }


def with_labels(scores: dict[str, np.ndarray[Any, Any]]) -> dict[str, Case]:
    """Each kind of scores with labels and with rows; each kind of labels with one of scores."""
    cases: dict[str, Case] = {}
    for name, x in scores.items():
        cases[f"{name}, labels"] = (x, labels(*x.shape))
        cases[f"{name}, soft rows"] = (x, soft_rows(*x.shape))
    x = scores["7x5"]
    cases |= {f"labels of {dtype}": (x, labels(7, 5, dtype)) for dtype in INTEGERS}
    cases |= {f"one-hot rows of {dtype}": (x, one_hot_rows(7, 5, dtype)) for dtype in ROWS}
    cases |= {f"soft rows of {d}": (x, Kept(soft_rows(7, 5).astype(d))) for d in ROWS[3:]}
    # nobody has class 2, whose score is -inf; then somebody has it
    x = scores["-inf at a class"]
    cases["nobody in a class of -inf"] = (x, Kept(np.array([0, 1, 3, 4, 0, 1, 3])))
    cases["nobody in a class of -inf, rows"] = (x, Kept(np.eye(5)[[0, 1, 3, 4, 0, 1, 3]]))
    cases["somebody in a class of -inf"] = (x, Kept(np.array([2, 1, 3, 4, 0, 1, 3])))
    cases["NaN among the rows"] = (x, np.where(np.eye(7, 5) == 1, nan, soft_rows(7, 5)))
    return cases | {f"{name} rows": (x, Kept(rows)) for name, rows in OF_ANY_MASS.items()}


def with_targets() -> dict[str, Case]:
    """Scores of each size with targets of their shape; targets of each dtype with one of them."""
    cases: dict[str, Case] = {name: (x, normal(*x.shape)) for name, x in SIZES.items()}
    x = normal(7, 5)
    cases |= {f"targets of {d}": (x, Kept(np.arange(35).reshape(7, 5).astype(d))) for d in INTEGERS}
    cases |= {f"targets of {d}": (x, one_hot_rows(7, 5, d)) for d in ROWS if d not in INTEGERS}
    spoilt = np.where(np.arange(35).reshape(7, 5) == 12, nan, x)
    return cases | {
        "NaN among the scores": (spoilt, x),
        "NaN among the targets": (x, spoilt),
        "infinite on both sides": (np.full((2, 3), inf), np.full((2, 3), inf)),
        "no error": (x, x.copy()),
    }


def softmaxed(scores: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    with np.errstate(all="ignore"):
        exp = np.exp(scores - scores.max(axis=1, keepdims=True))
        return exp / exp.sum(axis=1, keepdims=True)


def numbers(optimizer: Optimizer, step: int = 1) -> dict[str, float]:
    """The numbers of a step over a matrix."""
    found = optimizer.scalars(step) | optimizer.constants()
    return found | optimizer.entrywise(2) if optimizer.current_rule.entrywise else found


def steps(optimizer: Optimizer, step: int = 1) -> dict[str, Case]:
    """The rule of an optimizer, parameters, their gradient and state, and the numbers of a step."""
    rule, arrays = optimizer.current_rule, ENTRIES | {"large state": normal(7, 5) * 1e3}
    return {
        f"{rule.name}, {name}, step {step}": (
            rule,
            x,
            np.flip(x).copy(),
            [abs(x) for _ in rule.state],
            numbers(optimizer, step) | dict.fromkeys(rule.entrywise, x / 7),
        )
        for name, x in arrays.items()
    }


def batches() -> dict[str, Case]:
    images = Kept(rng.integers(0, 256, (20, 1, 4, 3), dtype=np.uint8))
    x, t, index = normal(20, 7), labels(20, 10), Kept(np.array([3, 19, 0, 3, 7]))
    last = Kept(np.array([-1, -20, 4]))
    narrow = labels(20, 10, "uint8")
    return {
        "rows": (x, t, index, FLOAT, None),
        "rows, scaled": (x, t, index, FLOAT, 0.1),
        "one row": (x, t, Kept(np.array([4])), FLOAT, None),
        "no rows": (x, t, Kept(np.array([], dtype=np.int64)), FLOAT, 0.5),
        "all rows twice": (x, t, Kept(np.tile(rng.permutation(20), 2)), FLOAT, None),
        "counted from the end": (x, t, last, FLOAT, None),
        "index of int32": (x, t, Kept(np.array([5, -1, 2], dtype=np.int32)), FLOAT, None),
        "pixels, scaled": (images, narrow, index, FLOAT, 1 / 255),
        "pixels as they are": (images, narrow, index, FLOAT, None),
        "one-hot rows": (x, one_hot_rows(20, 10, "float32"), index, FLOAT, None),
        "labels wider than the rows": (normal(20, 2), soft_rows(20, 9), index, FLOAT, None),
        "one column": (normal(20, 1), t, index, FLOAT, None),
        "rows of nothing": (normal(20, 0), t, index, FLOAT, None),
        "more labels than rows": (x, labels(30, 10), last, FLOAT, None),
        "fewer labels than rows": (x, labels(10, 10), Kept(np.array([-1, 9, 0])), FLOAT, None),
        "one axis": (normal(20), t, index, FLOAT, 2.0),
        "integers": (Kept(np.arange(-10, 10).reshape(20, 1)), t, index, FLOAT, 0.5),
        "another float": (Kept(normal(20, 7).astype("float32")), t, index, FLOAT, None),
        "special": (np.resize(ENTRIES["special"], (20, 5)), t, index, FLOAT, 0.5),
    }


OF_ANY_MASS = of_any_mass()

OPTIMIZERS = [
    *(kind(0.1) for kind in (SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam)),
    *(kind(0.1, weight_decay=0.01) for kind in (SGD, Momentum, Nesterov, Adam, AdamW)),
]
"""One of each rule."""


def products() -> dict[str, Case]:
    """Matrices, and what else `matmul` takes, into a new array or over one."""
    a, b, row = normal(7, 5), normal(5, 3), normal(1, 9)
    special = np.resize(ENTRIES["special"], (4, 5))
    shapes = {
        "7x5 by 5x3": (a, b),
        "100x70 by 70x10": (abs(normal(100, 70)), abs(normal(70, 10))),
        "one entry": (normal(1, 1), normal(1, 1)),
        "a row by a column": (row, normal(9, 1)),
        "a column by a row": (normal(9, 1), row),
        "a row by a matrix": (normal(1, 5), b),
        "a matrix by a column": (a, normal(5, 1)),
        "special": (special, b),
        "special, on the right": (a, special.T.copy()),
        "no rows": (normal(0, 5), b),
        "no columns": (a, normal(5, 0)),
        "nothing between": (normal(7, 0), normal(0, 3)),
        "two dtypes": (a, Kept(normal(5, 3).astype("float32"))),
        "integers by floats": (Kept(rng.integers(-9, 9, (7, 5))), b),
    }
    cases: dict[str, Case] = {}
    for name, (left, right) in shapes.items():
        rows, columns = (x.array if isinstance(x, Kept) else x for x in (left, right))
        cases[name] = (left, right, None)
        cases[f"{name}, over an array"] = (left, right, normal(len(rows), columns.shape[1]))
    return cases | {
        "integers": (Kept(rng.integers(-9, 9, (4, 5))), Kept(rng.integers(-9, 9, (5, 3))), None),
        "vectors": (normal(5), normal(5), None),
        "a matrix by a vector": (a, normal(5), None),
        "a vector by a matrix": (normal(5), b, None),
        "over another dtype": (a, b, Kept(np.zeros((7, 3), "float64"))),
    }


BATCHES = {
    "two rows": normal(2, 3),
    "one column": normal(7, 1),
    "7x5": normal(7, 5),
    "100x10": normal(100, 10),
    "wider than a block": normal(40, 70),
    "a constant column": np.where(np.arange(3) == 1, 2.0, normal(8, 3)),
    "NaN in a column": np.where(np.arange(35).reshape(7, 5) == 12, nan, normal(7, 5)),
    "infinity in a column": np.where(np.arange(35).reshape(7, 5) == 12, inf, normal(7, 5)),
}


def per_column(x: np.ndarray[Any, Any], number: int) -> list[np.ndarray[Any, Any]]:
    """So many arrays of one positive number for each column."""
    return [rng.uniform(0.1, 0.5, x.shape[-1]) for _ in range(number)]


def standardised(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    with np.errstate(all="ignore"):
        return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)


CASES: dict[str, dict[str, Case]] = {
    "relu": {name: (x,) for name, x in ENTRIES.items()}
    | {"integers": (Kept(np.arange(-3, 4)),), "bytes": (Kept(np.arange(7, dtype=np.uint8)),)},
    "relu_with_mask": {name: (x,) for name, x in ENTRIES.items()},
    "relu_grad": {name: (np.flip(x).copy(), Kept(x <= 0)) for name, x in ENTRIES.items()}
    | {"closed over all": (ENTRIES["special"], Kept(np.ones((2, 5), bool)))}
    | {"integers": (Kept(np.arange(-3, 4)), Kept(np.arange(7) % 2 == 0))},
    "sigmoid": {name: (x,) for name, x in (ENTRIES | FAR_ENDS).items()}
    | {"integers": (Kept(np.arange(-3, 4)),)},
    "sigmoid_grad": {name: (np.flip(x).copy(), np.tanh(x)) for name, x in ENTRIES.items()}
    | {"two dtypes": (normal(7, 5), Kept(normal(7, 5).astype("float32")))},
    "tanh": {name: (x,) for name, x in (ENTRIES | FAR_ENDS).items()}
    | {"integers": (Kept(np.arange(-3, 4)),), "bytes": (Kept(np.arange(7, dtype=np.uint8)),)},
    "tanh_grad": {name: (np.flip(x).copy(), np.tanh(x)) for name, x in ENTRIES.items()}
    | {"two dtypes": (normal(7, 5), Kept(normal(7, 5).astype("float32")))},
    "leaky_relu": {name: (x, 0.01) for name, x in ENTRIES.items()}
    | {f"{name}, steep": (x, 1.5) for name, x in ENTRIES.items()}
    | {"integers": (Kept(np.arange(-3, 4)), 0.01)}
    | {"bytes": (Kept(np.arange(7, dtype=np.uint8)), 0.01)},
    "leaky_relu_grad": {name: (np.flip(x).copy(), x, 0.01) for name, x in ENTRIES.items()}
    | {"integers": (Kept(np.arange(-3, 4)), normal(7), 0.5)}
    | {"two dtypes": (normal(7, 5), Kept(normal(7, 5).astype("float32")), 0.1)},
    "log_softmax": {name: (x,) for name, x in SCORES.items()} | {"no rows": (normal(0, 5),)},
    "softmax": {name: (x,) for name, x in SCORES.items()} | {"no rows": (normal(0, 5),)},
    "cross_entropy_rows": with_labels(SCORES) | {"no rows": (normal(0, 5), labels(0, 5))},
    "softmax_with_loss": with_labels(SCORES),
    "softmax_with_loss_grad": with_labels({name: softmaxed(x) for name, x in SCORES.items()}),
    "mean_squared_error": with_targets(),
    "squared_error_rows": with_targets(),
    "one_hot": {f"labels of {dtype}": (labels(9, 4, dtype), 4, FLOAT) for dtype in INTEGERS}
    | {"no labels": (labels(0, 4), 4, FLOAT), "one class": (labels(3, 1), 1, FLOAT)}
    | {"more classes than int8 counts": (labels(9, 100, "int8"), 300, FLOAT)},
    "cast": {name: (x, FLOAT, None) for name, x in ENTRIES.items()}
    | {f"{name}, scaled": (x, FLOAT, 0.3) for name, x in ENTRIES.items()}
    | {"bytes, scaled": (Kept(np.arange(256, dtype=np.uint8)), FLOAT, 1 / 255)}
    | {"another float, scaled": (Kept(normal(7, 5).astype("float32")), FLOAT, 0.3)},
    "gather": batches(),
    "count_correct": with_labels(SCORES)
    | {"floating labels": (normal(7, 5), labels(7, 5, "float64"))}
    | {"no rows": (normal(0, 5), labels(0, 5))},
    "clip_norm": {name: (x, 0.5) for name, x in ENTRIES.items() if name != "no axes"}
    | {"short enough": (normal(7, 5), 1e3), "all zero": (np.zeros((3, 4)), 0.5)}
    | {"NaN in one": (OF_ANY_MASS["NaN in one"], 2.0)}
    | {"infinite": (np.array([1.0, -inf, 0.0]), 2.0), "many": (normal(70_001), 2.0)},
    "update": {
        name: case
        for optimizer in OPTIMIZERS
        for step in ((1, 1000) if len(optimizer.rule.scalars) > 1 else (1,))
        for name, case in steps(optimizer, step).items()
    },
    "assign": {name: (x, np.flip(x).copy()) for name, x in ENTRIES.items()}
    | {"from another dtype": (normal(7, 5), Kept(np.arange(35).reshape(7, 5)))}
    | {"one number": (normal(7, 5), 2.5)},
    "floats": {
        "losses": (list(normal(5)),),
        "special": ([*ENTRIES["special"].ravel()],),
        "counts": ([Kept(np.array(3)), Kept(np.array(2**40))],),
        "nothing": ([],),
    },
    "matmul": products(),
    "dropout_mask": {
        f"{shape}, step {step}": (shape, Kept(np.array([step])), seed, rate)
        for shape in [(), (0, 3), (7,), (3, 3), (100, 10), (2, 3, 4)]
        for step, seed, rate in [(0, 0, 0.5), (2**40, 2**100 + 1, 0.1)]
    }
    | {
        f"{count} from {first} on": ((count,), Kept(np.array([3])), 9, 0.3, first)
        for count, first in [(3, 1), (8, 8), (1, 15), (17, 7), (0, 9), (5, 2**33)]
    },
    "dropout": {name: (x, Kept(np.array([3])), 9, 0.3) for name, x in ENTRIES.items()}
    | {"integers": (Kept(np.arange(-3, 4)), Kept(np.array([3])), 9, 0.3)}
    | {"a part": (normal(3, 5), Kept(np.array([3])), 9, 0.3, 21)},
    "dropout_grad": {name: (np.flip(x).copy(), Kept(x <= 0), 0.3) for name, x in ENTRIES.items()}
    | {"integers": (Kept(np.arange(-3, 4)), Kept(np.arange(7) % 2 == 0), 0.3)},
    "batch_norm": {
        f"{name}, {kept} kept": (x, *per_column(x, 2), per_column(x, kept), 0.1, 1e-5)
        for name, x in BATCHES.items()
        for kept in (0, 2)
    },
    "batch_norm_grad": {
        name: (x[::-1] / 10, *per_column(x, 1), standardised(x), *per_column(x, 1), grads)
        for name, x in BATCHES.items()
        for grads in [per_column(x, 2)]
    },
    "batch_norm_inference": {
        name: (x, *per_column(x, 4), 1e-5)
        for name, x in (BATCHES | {"no rows": normal(0, 5), "one row alone": normal(5)}).items()
    }
    | {"two dtypes": (normal(7, 5), *[Kept(abs(normal(5)).astype("float32"))] * 4, 1e-5)},
}

WRITTEN = {
    "batch_norm": (3,),
    "batch_norm_grad": (4,),
    "matmul": (2,),
    "clip_norm": (0,),
    "update": (1, 3),
    "assign": (0,),
}
"""The positions of the arguments, arrays or lists of them, that a primitive writes into."""
