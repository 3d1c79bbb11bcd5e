"""CupyBackend: a CUDA GPU through CuPy, with one kernel where the base takes several.

CuPy is imported when this module is, so only `registry.load_backend` imports it, on demand.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import cupy as cp

from xpnet.backends import cublas, cupy_batch_norm, cupy_dropout
from xpnet.backends import cupy_kernels as kernels
from xpnet.backends.base import Backend
from xpnet.backends.cupy_graph import CupyGraph
from xpnet.backends.cupy_step_feed import CupyStepFeed
from xpnet.backends.kinds import REAL
from xpnet.backends.storage import BATCH_ROWS, CUDA, Array, Pool, repeats
from xpnet.backends.update_rule import UpdateRule
from xpnet.errors import BackendError, CaptureError

__all__ = ["CupyBackend"]

THREADS = 128
WARPS = THREADS // 32
SLAB = 1024
CLIP_BLOCKS = 256
"""Blocks that `clip_norm` has at most; each adds the sums of all of them again."""
MOST_LANE_BITS = 10
"""`gather` has 1024 threads a row at most; each does several columns where there are more."""
SMALL = 1 << 20
"""Bytes that are copied to the host in less time than it takes to launch a few kernels."""
LARGEST_BATCH = 2**33
"""Bytes that a batch of inference takes at most: no array made for it has more entries than an
int counts, and a large device is not taken up by the blocks that the pool keeps."""


class CupyBackend(Backend):
    """Arrays of CuPy, on the CUDA device that is current when the backend is first asked for."""

    name = "cupy"
    xp = cp
    array_type = cp.ndarray
    has_tf32 = True

    def __init__(self) -> None:
        try:
            count = cp.cuda.runtime.getDeviceCount()
        except cp.cuda.runtime.CUDARuntimeError as error:
            count, reason = 0, str(error)
        else:
            reason = "the CUDA runtime counts 0 devices"
        if count == 0:
            raise BackendError(
                f"cupy {cp.__version__} is installed, but no CUDA device: {reason}. "
                "Check the driver with nvidia-smi, or use the backend 'numpy'"
            )
        self._take_device(cp.cuda.runtime.getDevice())

    def _take_device(self, number: int) -> None:
        """Own the arrays on this device."""
        name = cp.cuda.runtime.getDeviceProperties(number)["name"].decode()
        self.device_id, self.device = number, f"cuda:{number} ({name})"
        self._slab: tuple[Any, list[Array]] = None, []  # whose it is, and what is left of it

    # --- where arrays live ---------------------------------------------------------------

    def to_numpy(self, x: Array) -> Any:
        return cp.asnumpy(x)

    def has_device(self, kind: int, number: int) -> bool:
        return (kind, number) == (CUDA, self.device_id)

    def from_dlpack(self, x: Any) -> Array:
        return cp.from_dlpack(x)

    def synchronize(self) -> None:
        cp.cuda.Device(self.device_id).synchronize()

    def devices(self) -> list[str]:
        runtime = cp.cuda.runtime
        numbers = range(runtime.getDeviceCount())
        return [runtime.getDeviceProperties(number)["uuid"].hex() for number in numbers]

    def use_device(self, number: int) -> None:
        cp.cuda.Device(number).use()
        cublas.forget_handle()  # it belongs to the device before
        self._take_device(number)

    def owns(self, x: Array) -> bool:
        return bool(x.data.device_id == self.device_id)

    def takes(self, x: Array) -> bool:
        return x.dtype.kind in REAL and self.owns(x)

    def is_writable(self, x: Array) -> bool:
        return not repeats(x)

    def overlap(self, x: Array, y: Array) -> bool:
        return bool(cp.may_share_memory(x, y))

    def floats(self, values: Sequence[Array]) -> list[float]:
        slabs = [_slab_of(value) for value in values]
        shared = Counter(map(id, slabs))
        read: dict[int, Any] = {}  # what several were cut from, by its identity
        numbers: dict[int, float] = {}
        for place, (value, slab) in enumerate(zip(values, slabs, strict=True)):
            if slab is not None and shared[id(slab)] > 1:
                if id(slab) not in read:
                    read[id(slab)] = slab.get()
                index = (value.data.ptr - slab.data.ptr) // slab.itemsize
                numbers[place] = float(read[id(slab)][index])
        alone = [place for place in range(len(values)) if place not in numbers]
        if alone:
            stacked = cp.stack([cp.asarray(values[place]) for place in alone]).get()
            numbers.update(zip(alone, map(float, stacked), strict=True))
        return [numbers[place] for place in range(len(values))]

    def assign(self, target: Array, value: Any) -> None:
        # CuPy copies entry by entry in no order: over shared memory it would read what it wrote
        if isinstance(value, cp.ndarray) and self.overlap(target, value):
            value = value.copy()
        target[...] = value

    # --- memory ----------------------------------------------------------------------------

    def pool(self) -> Pool | None:
        pool = _pool_in_use()
        if pool is None:
            return None
        free, total = cp.cuda.runtime.memGetInfo()
        return Pool(int(pool.used_bytes()), int(pool.total_bytes()), int(free), int(total))

    def rows_at_once(self, bytes_per_row: int) -> int:
        """As many as take half of the memory that is free: on the device, and kept by the pool."""
        pool = _pool_in_use()
        if pool is None:  # an allocator of another kind may fail otherwise than by a MemoryError
            return BATCH_ROWS
        free = int(cp.cuda.runtime.memGetInfo()[0] + pool.free_bytes())
        if pool.get_limit():  # 0 is none
            free = min(free, int(pool.get_limit() - pool.used_bytes()))
        return max(BATCH_ROWS, min(free // 2, LARGEST_BATCH) // bytes_per_row)

    def free_unused(self) -> None:
        cublas.free_unused()
        pool = _pool_in_use()
        if pool is not None:
            pool.free_all_blocks()

    def buffer_of(self, x: Array) -> tuple[Hashable, int]:
        return int(x.data.mem.ptr), int(x.data.mem.size)

    # --- products: one call of cuBLAS, which CuPy's own would refuse during a capture ----------

    def matmul(self, a: Array, b: Array, out: Array | None = None) -> Array:
        arrays = isinstance(a, cp.ndarray) and isinstance(b, cp.ndarray)
        product = cublas.product(a, b, out) if arrays else None
        return cp.matmul(a, b, out=out) if product is None else product

    # --- activations: one kernel each ------------------------------------------------------

    def relu(self, x: Array) -> Array:
        return kernels.relu(x)

    def relu_with_mask(self, x: Array) -> tuple[Array, Array]:
        y, mask = kernels.relu_with_mask(x)
        return y, mask

    def relu_grad(self, dout: Array, mask: Array) -> Array:
        return kernels.relu_grad(dout, mask)

    def sigmoid(self, x: Array) -> Array:
        return kernels.sigmoid(x) if self.is_floating(x) else super().sigmoid(x)

    def sigmoid_grad(self, dout: Array, y: Array) -> Array:
        if dout.dtype != y.dtype:
            return super().sigmoid_grad(dout, y)
        return kernels.sigmoid_grad(dout, y)

    def tanh(self, x: Array) -> Array:
        return cp.tanh(x) if self.is_floating(x) else super().tanh(x)

    def tanh_grad(self, dout: Array, y: Array) -> Array:
        if dout.dtype != y.dtype:
            return super().tanh_grad(dout, y)
        return kernels.tanh_grad(dout, y)

    def leaky_relu(self, x: Array, slope: float) -> Array:
        if not self.is_floating(x):
            return super().leaky_relu(x, slope)
        return kernels.leaky_relu(x, slope)

    def leaky_relu_grad(self, dout: Array, y: Array, slope: float) -> Array:
        if not self.is_floating(dout):
            return super().leaky_relu_grad(dout, y, slope)
        return kernels.leaky_relu_grad(dout, y, slope)

    # --- softmax with loss: one warp a row, then one block for the mean ---------------------
    # A label out of range makes its row NaN: to raise, as the base does, would be to wait

    def softmax_with_loss(self, scores: Array, t: Array) -> tuple[Array, Array, Array]:
        if not _by_row_takes(scores, t):
            return super().softmax_with_loss(scores, t)
        y, dx, row_loss = self._by_row(scores, t)
        loss = self._scalar(scores.dtype)
        _, mean = kernels.row_kernels(scores.dtype.name, t.dtype.name)
        mean((1,), (256,), (row_loss, cp.int64(len(row_loss)), loss))
        return loss, y, dx

    def cross_entropy_rows(self, scores: Array, t: Array) -> Array:
        if not _by_row_takes(scores, t):
            return super().cross_entropy_rows(scores, t)
        _, _, row_loss = self._by_row(scores, t)
        return row_loss

    def softmax_with_loss_grad(self, y: Array, t: Array) -> Array:
        if t.ndim == 1:
            return kernels.label_grad(y, t, *y.shape)
        total = cp.sum(t, axis=1, keepdims=True, dtype=y.dtype)
        return kernels.row_grad(y, t, total, len(y))

    def _by_row(self, scores: Array, t: Array) -> tuple[Array, Array, Array]:
        """The softmax, the gradient of the scores and the loss of each row, in one launch."""
        by_row, _ = kernels.row_kernels(scores.dtype.name, t.dtype.name)
        scores, t = cp.ascontiguousarray(scores), cp.ascontiguousarray(t)
        rows, columns = scores.shape
        y, dx = cp.empty_like(scores), cp.empty_like(scores)
        row_loss = cp.empty(rows, dtype=scores.dtype)
        by_row(
            (math.ceil(rows / WARPS),),
            (THREADS,),
            (scores, t, cp.int32(t.ndim == 2), cp.int64(rows), cp.int64(columns), y, dx, row_loss),
        )
        return y, dx, row_loss

    # --- mean squared error: in the same way -----------------------------------------------

    def mean_squared_error(self, scores: Array, t: Array) -> tuple[Array, Array]:
        if not _by_row_takes(scores, t):
            return super().mean_squared_error(scores, t)
        dx, row_loss = self._errors_by_row(scores, t)
        loss = self._scalar(scores.dtype)
        _, mean = kernels.error_kernels(scores.dtype.name, t.dtype.name)
        mean((1,), (256,), (row_loss, cp.int64(len(row_loss)), loss))
        return loss, dx

    def squared_error_rows(self, scores: Array, t: Array) -> Array:
        if not _by_row_takes(scores, t):
            return super().squared_error_rows(scores, t)
        return self._errors_by_row(scores, t)[1]

    def _errors_by_row(self, scores: Array, t: Array) -> tuple[Array, Array]:
        """The gradient of the scores and the loss of each row, in one launch."""
        by_row, _ = kernels.error_kernels(scores.dtype.name, t.dtype.name)
        scores, t = cp.ascontiguousarray(scores), cp.ascontiguousarray(t)
        rows, columns = scores.shape
        dx, row_loss = cp.empty_like(scores), cp.empty(rows, dtype=scores.dtype)
        factor = scores.dtype.type(2 / scores.size)
        by_row(
            (math.ceil(rows / WARPS),),
            (THREADS,),
            (scores, t, cp.int64(rows), cp.int64(columns), factor, dx, row_loss),
        )
        return dx, row_loss

    def _scalar(self, dtype: Any) -> Array:
        """A 0-d array to write into, cut from a slab that belongs to the current stream.

        A step's loss is kept until it is logged. Were each its own allocation, the pool would
        ask the driver for a new block at every step of the first epoch.
        """
        key = dtype, cp.cuda.get_current_stream().ptr
        owner, slab = self._slab
        if owner != key or not slab:
            slab = list(cp.empty(SLAB, dtype=dtype))
            self._slab = key, slab
        return slab.pop()

    # --- batch normalisation: one kernel each ----------------------------------------------

    def batch_norm(
        self,
        x: Array,
        gamma: Array,
        beta: Array,
        running: Sequence[Array],
        momentum: float,
        eps: float,
    ) -> tuple[Array, Array, Array]:
        if not cupy_batch_norm.takes(x, (gamma, beta), running):
            return super().batch_norm(x, gamma, beta, running, momentum, eps)
        return cupy_batch_norm.forward(x, gamma, beta, running, momentum, eps)

    def batch_norm_grad(
        self, dout: Array, gamma: Array, x_hat: Array, inv_std: Array, grads: Sequence[Array]
    ) -> Array:
        if not cupy_batch_norm.takes(dout, (gamma, x_hat, inv_std), grads):
            return super().batch_norm_grad(dout, gamma, x_hat, inv_std, grads)
        return cupy_batch_norm.backward(dout, gamma, x_hat, inv_std, grads)

    def batch_norm_inference(
        self, x: Array, gamma: Array, beta: Array, mean: Array, var: Array, eps: float
    ) -> Array:
        if not cupy_batch_norm.takes(x, (gamma, beta, mean, var)):
            return super().batch_norm_inference(x, gamma, beta, mean, var, eps)
        return cupy_batch_norm.inference(x, gamma, beta, mean, var, eps)

    # --- dropout: one kernel each ----------------------------------------------------------

    def dropout_mask(
        self, shape: tuple[int, ...], step: Array, seed: int, rate: float, first: int = 0
    ) -> Array:
        return cupy_dropout.mask(shape, step, seed, rate, first)

    def dropout(
        self, x: Array, step: Array, seed: int, rate: float, first: int = 0
    ) -> tuple[Array, Array]:
        if not self.is_floating(x):
            return super().dropout(x, step, seed, rate, first)
        return cupy_dropout.forward(x, step, seed, rate, first)

    def dropout_grad(self, dout: Array, mask: Array, rate: float) -> Array:
        if not self.is_floating(dout):
            return super().dropout_grad(dout, mask, rate)
        return cupy_dropout.backward(dout, mask, rate)

    # --- batches ---------------------------------------------------------------------------

    def cast(self, x: Array, dtype: Any, scale: float | None = None) -> Array:
        if scale is None:
            return cp.asarray(x, dtype)
        y = cp.empty(x.shape, dtype=dtype)
        kernels.cast_scaled(x, scale, y)
        return y

    def gather(
        self, x: Array, t: Array, index: Array, dtype: Any, scale: float | None = None
    ) -> tuple[Array, Array]:
        width, label_width = math.prod(x.shape[1:]), math.prod(t.shape[1:])
        # the kernel counts the rows of both by those of x, and threads by the columns
        if width == 0 or len(t) != len(x):
            return super().gather(x, t, index, dtype, scale)
        batch = cp.empty((len(index), *x.shape[1:]), dtype=dtype)
        labels = cp.empty((len(index), *t.shape[1:]), dtype=t.dtype)
        factor = 1.0 if scale is None else scale
        bits = min((width - 1).bit_length(), MOST_LANE_BITS)
        sizes = len(x), width, label_width, bits
        kernels.gather(x, t, index, *sizes, factor, batch, labels, size=len(index) << bits)
        return batch, labels

    def count_correct(self, scores: Array, t: Array) -> Array:
        classes = t.ndim == 1 and self.is_integer(t)
        if scores.size == 0 or scores.ndim != 2 or not (classes or t.shape == scores.shape):
            return super().count_correct(scores, t)
        right = cp.empty(len(scores), dtype="float64")
        kernels.right(scores, t, scores.shape[1], t.ndim == 2, right)
        return cp.sum(right)

    # --- steps of optimizers: one kernel over all parameters ----------------------------------

    def clip_norm(self, grad: Array, limit: float) -> None:
        if (
            grad.dtype.name not in ("float32", "float64")
            or not grad.flags.c_contiguous
            or not grad.size
        ):
            super().clip_norm(grad, limit)
            return
        blocks = min(math.ceil(grad.size / THREADS), CLIP_BLOCKS)
        sums = cp.empty(blocks, dtype="float64")
        shape, size = ((blocks,), (THREADS,)), cp.int64(grad.size)
        squares, scale = kernels.clip_kernels(grad.dtype.name)
        squares(*shape, (grad, size, sums))
        scale(*shape, (grad, size, sums, cp.int64(blocks), cp.float64(limit)))

    def update(
        self,
        rule: UpdateRule,
        param: Array,
        grad: Array,
        state: Sequence[Array],
        values: Mapping[str, float | Array],
    ) -> None:
        if rule.kernel is None:
            super().update(rule, param, grad, state, values)
            return
        names = *rule.scalars, *rule.constants, *rule.entrywise
        numbers = [values[name] for name in names]
        kernels.update_kernel(rule)(grad, *numbers, param, *state)

    # --- captured steps: a CUDA graph ----------------------------------------------------------

    def capture(self, body: Callable[[], object]) -> Callable[[], None]:
        if cublas.ROCM:  # a graph keeps cuBLAS's workspace
            body()
            raise CaptureError("steps are not captured on ROCm")
        return CupyGraph(body).replay

    def step_feed(self, batch: int, count: int, dtype: Any) -> CupyStepFeed:
        return CupyStepFeed(self, batch, count, dtype)


def _pool_in_use() -> Any:
    """CuPy's pool or one that the user set; None where each array is the driver's own."""
    pool = getattr(cp.cuda.get_allocator(), "__self__", None)
    return pool if isinstance(pool, cp.cuda.MemoryPool) else None


def _by_row_takes(scores: Array, t: Array) -> bool:
    """Whether the kernel is written for these dtypes, and for scores at all: it reads the first.

    It adds up a row in a warp of 32 threads, whose masks are others on ROCm.
    """
    if cublas.ROCM:
        return False
    kinds = scores.dtype.name in ("float32", "float64") and t.dtype.name in kernels.C_TYPES
    return kinds and scores.size > 0


def _slab_of(x: Array) -> Array | None:
    """The row of numbers that `x` was cut from, if all of it may as well come to the host."""
    slab = getattr(x, "base", None)
    if slab is None or slab.ndim != 1 or slab.dtype != x.dtype:
        return None
    return slab if slab.nbytes <= SMALL and slab.flags.c_contiguous else None
