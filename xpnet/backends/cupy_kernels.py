"""The CUDA kernels of `CupyBackend`, each compiled at its first call.

No kernel depends on the order in which blocks run, so the same input gives the same bits.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import cupy as cp

from xpnet.backends.update_rule import UpdateRule

__all__ = [
    "cast_scaled",
    "clip_kernels",
    "error_kernels",
    "gather",
    "label_grad",
    "leaky_relu",
    "leaky_relu_grad",
    "relu",
    "relu_grad",
    "relu_with_mask",
    "right",
    "row_grad",
    "row_kernels",
    "sigmoid",
    "sigmoid_grad",
    "tanh_grad",
    "update_kernel",
]

# `x <= 0 ? 0 : x` and not `max(x, 0)`: NaN is not `<= 0`, so it stays
relu = cp.ElementwiseKernel("T x", "T y", "y = x <= T(0) ? T(0) : x", "xpnet_relu")

relu_with_mask = cp.ElementwiseKernel(
    "T x",
    "T y, bool mask",
    "mask = x <= T(0); y = mask ? T(0) : x",
    "xpnet_relu_with_mask",
)

relu_grad = cp.ElementwiseKernel(
    "T dout, bool mask", "T dx", "dx = mask ? T(0) : dout", "xpnet_relu_grad"
)

# far below 0 exp(-x) would be infinite, and 1 is nothing beside it
sigmoid = cp.ElementwiseKernel(
    "T x", "T y", "y = x < T(-80) ? T(exp(x)) : T(1 / (1 + exp(-x)))", "xpnet_sigmoid"
)

sigmoid_grad = cp.ElementwiseKernel(
    "T dout, T y", "T dx", "dx = dout * (T(1) - y) * y", "xpnet_sigmoid_grad"
)

tanh_grad = cp.ElementwiseKernel(
    "T dout, T y", "T dx", "dx = dout * (T(1) - y * y)", "xpnet_tanh_grad"
)

leaky_relu = cp.ElementwiseKernel(
    "T x, T slope", "T y", "y = x <= T(0) ? T(slope * x) : x", "xpnet_leaky_relu"
)

leaky_relu_grad = cp.ElementwiseKernel(
    "T dout, Y y, T slope",
    "T dx",
    "dx = y <= Y(0) ? T(slope * dout) : dout",
    "xpnet_leaky_relu_grad",
)

# The gradient of the scores from the softmax y. No label is used as an address.
label_grad = cp.ElementwiseKernel(
    "T y, raw L t, int64 rows, int64 columns",
    "T dx",
    """
    const long long label = t[i / columns];
    const bool there = label >= 0 && label < columns;
    dx = there ? T((y - (i % columns == label)) / rows) : T(nan(""));
    """,
    "xpnet_label_grad",
)

# The same from rows of labels and their sums.
row_grad = cp.ElementwiseKernel(
    "T y, L t, T total, int64 rows", "T dx", "dx = T((y * total - T(t)) / rows)", "xpnet_row_grad"
)

# One thread a row: 1 where its largest score is at its label, and NaN for a label out of range.
# NaN is not equal to itself, and where one is no entry is the largest; a row of zeros has no label.
right = cp.ElementwiseKernel(
    "raw T scores, raw L t, int64 columns, bool labels_are_rows",
    "float64 right",
    """
    const long long at = i * columns;
    long long best = 0, label = labels_are_rows ? 0 : (long long)t[i];
    bool known = true, labelled = !labels_are_rows;
    for (long long c = 0; c < columns; ++c) {
        const T score = scores[at + c];
        known = known && score == score;
        if (score > scores[at + best]) best = c;
        if (labels_are_rows) {
            const L weight = t[at + c];
            known = known && weight == weight;
            labelled = labelled || weight != L(0);
            if (weight > t[at + label]) label = c;
        }
    }
    const bool there = label >= 0 && label < columns;
    right = there ? double(known && labelled && best == label) : nan("");
    """,
    "xpnet_right",
)

cast_scaled = cp.ElementwiseKernel(
    "S x, T scale", "T y", "y = T(static_cast<T>(x) * scale)", "xpnet_cast_scaled"
)

# 2**lane_bits threads a row, so that a shift gives the row of a thread: a division of 64 bits would
# take longer than all else. A row that is not there becomes NaN, with a label of 0; nothing is read
# out of bounds.
gather = cp.ElementwiseKernel(
    "raw S x, raw L t, raw I index, int64 rows, int64 width, int64 label_width, int64 lane_bits, "
    "T scale",
    "raw T batch, raw L labels",
    """
    const long long lanes = 1LL << lane_bits;
    const long long row = i >> lane_bits, lane = i & (lanes - 1);
    long long source = index[row];
    if (source < 0) source += rows;
    const bool there = source >= 0 && source < rows;
    const long long from = source * width, to = row * width;
    for (long long k = lane; k < width; k += lanes) {
        batch[to + k] = there ? T(static_cast<T>(x[from + k]) * scale) : T(nan(""));
    }
    for (long long k = lane; k < label_width; k += lanes) {
        labels[row * label_width + k] = there ? t[source * label_width + k] : L(0);
    }
    """,
    "xpnet_gather",
)

ROWS, ERRORS, MEAN, CLIP = (
    (Path(__file__).parent / f"{name}.cu").read_text()
    for name in ("softmax_with_loss", "squared_error", "mean_in_order", "clip_norm")
)

C_TYPES = {
    "bool": "bool",
    "int8": "signed char",
    "int16": "short",
    "int32": "int",
    "int64": "long long",
    "uint8": "unsigned char",
    "uint16": "unsigned short",
    "uint32": "unsigned int",
    "uint64": "unsigned long long",
    "float32": "float",
    "float64": "double",
}


@cache
def row_kernels(score_type: str, label_type: str) -> tuple[Any, Any]:
    """``softmax_with_loss`` and ``mean_in_order`` for these dtypes."""
    return _with_mean(ROWS, "softmax_with_loss", score_type, label_type)


@cache
def error_kernels(score_type: str, target_type: str) -> tuple[Any, Any]:
    """``squared_error`` and ``mean_in_order`` for these dtypes."""
    return _with_mean(ERRORS, "squared_error", score_type, target_type)


def _with_mean(source: str, name: str, score_type: str, label_type: str) -> tuple[Any, Any]:
    types = f"typedef {C_TYPES[score_type]} T;\ntypedef {C_TYPES[label_type]} L;\n"
    module = cp.RawModule(code=types + source + MEAN)
    return module.get_function(name), module.get_function("mean_in_order")


@cache
def clip_kernels(dtype: str) -> tuple[Any, Any]:
    """``sums_of_squares`` and ``scale_to_norm`` for this dtype."""
    module = cp.RawModule(code=f"typedef {C_TYPES[dtype]} T;\n" + CLIP)
    return module.get_function("sums_of_squares"), module.get_function("scale_to_norm")


@cache
def update_kernel(rule: UpdateRule) -> Any:
    """The kernel of an optimizer's rule: all in one dtype, parameter and state written over."""
    read = [f"T {name}" for name in ("grad", *rule.scalars, *rule.constants, *rule.entrywise)]
    written = [f"T {name}" for name in ("param", *rule.state)]
    return cp.ElementwiseKernel(
        ", ".join(read), ", ".join(written), rule.kernel, f"xpnet_{rule.name}"
    )
