"""The CUDA kernels of `CupyBackend`, each compiled at its first call.

No kernel depends on the order in which blocks run, so the same input gives the same bits.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cupy as cp

__all__ = [
    "adagrad",
    "adam",
    "gather",
    "momentum",
    "relu",
    "relu_grad",
    "relu_with_mask",
    "rmsprop",
    "row_kernels",
    "sgd",
    "sigmoid",
    "sigmoid_grad",
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

sigmoid = cp.ElementwiseKernel(
    "T x", "T y", "y = T(0.5) * (T(1) + tanh(x / T(2)))", "xpnet_sigmoid"
)

sigmoid_grad = cp.ElementwiseKernel(
    "T dout, T y", "T dx", "dx = dout * (T(1) - y) * y", "xpnet_sigmoid_grad"
)

# One thread an entry of the batch; the first threads of a row bring its label along.
# A row that is not there becomes NaN, with a label of 0; nothing is read out of bounds.
gather = cp.ElementwiseKernel(
    "raw S x, raw L t, raw I index, int64 rows, int64 width, int64 label_width, T scale",
    "T batch, raw L labels",
    """
    const long long row = i / width;
    const long long column = i % width;
    long long source = index[row];
    if (source < 0) source += rows;
    const bool there = source >= 0 && source < rows;
    batch = there ? static_cast<T>(x[source * width + column]) * scale : T(nan(""));
    for (long long k = column; k < label_width; k += width) {
        labels[row * label_width + k] = there ? t[source * label_width + k] : L(0);
    }
    """,
    "xpnet_gather",
)

sgd = cp.ElementwiseKernel("T grad, T lr", "T param", "param -= lr * grad", "xpnet_sgd")

momentum = cp.ElementwiseKernel(
    "T grad, T lr, T momentum",
    "T param, T v",
    "v = momentum * v + grad; param -= lr * v",
    "xpnet_momentum",
)

adagrad = cp.ElementwiseKernel(
    "T grad, T lr, T eps",
    "T param, T h",
    "h += grad * grad; param -= lr * grad / (sqrt(h) + eps)",
    "xpnet_adagrad",
)

rmsprop = cp.ElementwiseKernel(
    "T grad, T lr, T decay, T rest, T eps",
    "T param, T h",
    "h = decay * h + rest * grad * grad; param -= lr * grad / (sqrt(h) + eps)",
    "xpnet_rmsprop",
)

adam = cp.ElementwiseKernel(
    "T grad, T lr, T beta1, T rest1, T beta2, T rest2, T bias1, T bias2, T eps",
    "T param, T m, T v",
    """
    m = beta1 * m + rest1 * grad;
    v = beta2 * v + rest2 * grad * grad;
    param -= lr * (m / bias1) / (sqrt(v / bias2) + eps);
    """,
    "xpnet_adam",
)

ROWS = r"""
// One warp a row: the softmax y, its gradient dx and the row's loss.
// A row whose label is out of range becomes NaN; no label is used as an address unchecked.
extern "C" __global__ void softmax_with_loss(
    const T* scores, const L* t, const int labels_are_rows,
    const long long rows, const int columns, T* y, T* dx, T* row_loss)
{
    const unsigned warp = 0xffffffffu;
    const int lane = threadIdx.x % 32;
    const long long row = (long long)blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
    if (row >= rows) return;    // the whole warp leaves together
    const long long at = row * columns;

    T top = -INFINITY;
    for (int c = lane; c < columns; c += 32) top = fmax(top, scores[at + c]);
    for (int k = 16; k > 0; k /= 2) top = fmax(top, __shfl_xor_sync(warp, top, k));

    // fmax passes over NaN, the sum does not
    T sum = 0;
    for (int c = lane; c < columns; c += 32) sum += exp(scores[at + c] - top);
    for (int k = 16; k > 0; k /= 2) sum += __shfl_xor_sync(warp, sum, k);

    const long long label = labels_are_rows ? 0 : (long long)t[row];
    if (label < 0 || label >= columns) sum = NAN;
    const T log_sum = log(sum);

    T loss = label < 0 || label >= columns ? sum : 0;
    for (int c = lane; c < columns; c += 32) {
        const T target = labels_are_rows ? (T)t[at + c] : (T)(c == label);
        const T log_y = scores[at + c] - top - log_sum;
        const T y_c = exp(log_y);
        y[at + c] = y_c;
        dx[at + c] = (y_c - target) / (T)rows;
        if (target != 0) loss -= target * log_y;
    }
    for (int k = 16; k > 0; k /= 2) loss += __shfl_xor_sync(warp, loss, k);
    if (lane == 0) row_loss[row] = loss;
}

// One block of 256 threads: a mean that adds in the same order every time.
extern "C" __global__ void mean_in_order(const T* values, const long long count, T* mean)
{
    __shared__ T part[256];
    T sum = 0;
    for (long long i = threadIdx.x; i < count; i += 256) sum += values[i];
    part[threadIdx.x] = sum;
    for (int half = 128; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
    }
    if (threadIdx.x == 0) *mean = part[0] / (T)count;
}
"""

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
    types = f"typedef {C_TYPES[score_type]} T;\ntypedef {C_TYPES[label_type]} L;\n"
    module = cp.RawModule(code=types + ROWS)
    return module.get_function("softmax_with_loss"), module.get_function("mean_in_order")
