"""A backend of one's own: CPU tensors of PyTorch, as `xpnet.register_backend` takes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xpnet.backends import Backend

torch = pytest.importorskip("torch", reason="the backend of these tests is PyTorch on the CPU")


class Add:
    """The sum, and the one that adds where an index names a place twice."""

    def __call__(self, x: Any, y: Any) -> Any:
        return torch.add(x, y)

    @staticmethod
    def at(target: Any, index: Any, values: Any) -> None:
        parts = index if isinstance(index, tuple) else (index,)
        if any(isinstance(part, torch.Tensor) for part in parts):
            target.index_put_(parts, values, accumulate=True)
        else:
            target[index] += values


class Namespace:
    """PyTorch under NumPy's names: what differs is here, the rest is torch's own."""

    def __getattr__(self, name: str) -> Any:
        return getattr(torch, name)

    @staticmethod
    def dtype(name: Any) -> Any:
        return name if isinstance(name, torch.dtype) else getattr(torch, np.dtype(name).name)

    @classmethod
    def asarray(cls, x: Any, dtype: Any = None) -> Any:
        dtype = None if dtype is None else cls.dtype(dtype)
        if isinstance(x, torch.Tensor):
            return x.to(dtype=dtype)
        # a copy: tensors know neither negative strides nor memory that is read-only
        return torch.from_numpy(np.array(x)).to(dtype=dtype)

    @classmethod
    def array(cls, x: Any, dtype: Any = None, copy: bool = True) -> Any:
        made = cls.asarray(x, dtype)
        return made.clone() if made is x and copy else made

    add = Add()

    @staticmethod
    def max(x: Any, axis: Any, keepdims: bool = False) -> Any:
        return torch.amax(x, dim=() if axis is None else axis, keepdim=keepdims)

    @staticmethod
    def transpose(x: Any, axes: Any = None) -> Any:
        return x.permute(tuple(range(x.ndim))[::-1] if axes is None else tuple(axes))

    @staticmethod
    def nonzero(x: Any) -> Any:
        return torch.nonzero(x, as_tuple=True)


class TorchBackend(Backend):
    name, device = "torch", "cpu, by PyTorch"
    xp = Namespace()
    array_type = torch.Tensor

    def is_floating(self, x: Any) -> bool:
        return bool(x.dtype.is_floating_point)

    def is_integer(self, x: Any) -> bool:
        return not (x.dtype.is_floating_point or x.dtype.is_complex or x.dtype == torch.bool)
