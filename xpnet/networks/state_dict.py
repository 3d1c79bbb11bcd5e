"""The parameters of a network under PyTorch's keys and in its shapes, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from xpnet.backends import asarray, to_numpy
from xpnet.errors import ArgumentTypeError, CheckpointError, XpnetError
from xpnet.layers import Affine, BatchNorm
from xpnet.layers.adapted import original
from xpnet.networks.container import Container

__all__ = ["ExchangedNetwork"]


class _Entry(NamedTuple):
    """What PyTorch calls a parameter, and whether its axes are the other way round there."""

    name: str
    transposed: bool = False


ENTRIES: dict[type, dict[str, _Entry]] = {
    Affine: {"W": _Entry("weight", transposed=True), "b": _Entry("bias")},
    BatchNorm: {"gamma": _Entry("weight"), "beta": _Entry("bias")},
}
"""For each layer that PyTorch has under other names; parameters of others keep theirs."""

UNUSED = {BatchNorm: "num_batches_tracked"}
"""What PyTorch has beside these, and a layer here does without."""

LISTED = 6
"""Keys in an error, at most."""


class ExchangedNetwork(Container):
    """What a `Network` hands to PyTorch and takes from it; see there for the rest."""

    def state_dict(self) -> dict[str, Any]:
        """A copy of parameters and buffers under PyTorch's keys and in its shapes.

        ``torch.nn.Sequential(Linear, ReLU, Linear)`` loads it from a file: write it by
        ``safetensors.numpy.save_file(net.state_dict(), path)``, and read it by
        ``module.load_state_dict(safetensors.torch.load_file(path))``.

        Returns
        -------
        dict of str to numpy array
            On the host, in the network's dtype. A key is the place of the layer, counted from 0,
            and the parameter: of an `Affine` ``0.weight``, which is ``W`` transposed, shape
            (out, in), and ``0.bias``; of a `BatchNorm` ``1.weight``, ``1.bias``,
            ``1.running_mean`` and ``1.running_var``. Others have their own name and shape.

        Examples
        --------
        >>> net = TwoLayerNet(784, 50, 10, seed=0)
        >>> {key: array.shape for key, array in net.state_dict().items()}
        {'0.weight': (50, 784), '0.bias': (50,), '2.weight': (10, 50), '2.bias': (10,)}
        """
        arrays = self.params.like(to_numpy(self.params.flat))  # one copy from the device
        state = {
            key: (arrays[name].T if entry.transposed else arrays[name]).copy()
            for name, (key, entry) in _keys(self).items()
        }
        return state | {key: to_numpy(array).copy() for key, array in _buffers(self).items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Fill this network with parameters under the keys and in the shapes of `state_dict`.

        Parameters
        ----------
        state : mapping of str to array
            Of `state_dict`, of a PyTorch module on the CPU, or of a file that
            ``safetensors.numpy.load_file`` read. Floating; cast to this network's dtype.

        Raises
        ------
        CheckpointError
            A key is missing or too many, a shape is another one, or an array holds NaN, numbers
            that the network's dtype cannot hold, or no floating numbers; nothing has changed.
        ArgumentTypeError
            It is no mapping.

        Examples
        --------
        >>> net, other = TwoLayerNet(4, 3, 2, seed=0), TwoLayerNet(4, 3, 2, seed=1)
        >>> other.load_state_dict(net.state_dict())
        >>> bool((other.params["W1"] == net.params["W1"]).all())
        True
        """
        if not isinstance(state, Mapping):
            raise ArgumentTypeError(
                f"load_state_dict: got a {type(state).__name__}, expected a mapping of keys to "
                "arrays, as net.state_dict() and the state_dict() of a PyTorch module are"
            )
        keys, buffers = _keys(self), _buffers(self)
        wanted = [*(key for key, _ in keys.values()), *buffers]
        state = {key: value for key, value in state.items() if key not in _unused(self)}
        missing = [key for key in wanted if key not in state]
        unexpected = [str(key) for key in state if key not in wanted]
        if missing or unexpected:
            raise CheckpointError(
                f"load_state_dict: expected the keys {_listed(wanted)}; missing "
                f"{_listed(missing)}, unexpected {_listed(unexpected)}: a key starts with the "
                "place of its layer, counted from 0"
            )
        arrays, where = {}, self.backend.name
        for name, (key, entry) in keys.items():
            shape = self.params.shapes[name]
            array = _checked(self, key, state[key], shape[::-1] if entry.transposed else shape)
            arrays[name] = asarray(array.T if entry.transposed else array, backend=where)
        kept = {
            key: asarray(_checked(self, key, state[key], tuple(buffer.shape)), backend=where)
            for key, buffer in buffers.items()
        }
        self.params.update(arrays)
        for key, array in kept.items():
            self.backend.assign(buffers[key], array)


def _keys(net: Container) -> dict[str, tuple[str, _Entry]]:
    """For each parameter of the network its key, and what PyTorch calls it."""
    found = {}
    for name, (position, own) in net.places.items():
        kinds = type(original(net.stack.layers[position])).__mro__
        known = next((ENTRIES[kind] for kind in kinds if kind in ENTRIES), {})
        entry = known.get(own, _Entry(own))
        found[name] = f"{position}.{entry.name}", entry
    return found


def _buffers(net: Container) -> dict[str, Any]:
    """The floating buffers of the network by their keys."""
    return {
        f"{position}.{name}": buffer
        for position, layer in enumerate(net.stack.layers)
        for name, buffer in layer.buffers.items()
        if net.backend.is_floating(buffer)
    }


def _unused(net: Container) -> set[str]:
    """The keys of what a layer of PyTorch has beside what the layer here has."""
    kinds = [type(original(layer)) for layer in net.stack.layers]
    return {f"{position}.{UNUSED[kind]}" for position, kind in enumerate(kinds) if kind in UNUSED}


def _checked(net: Container, key: str, value: Any, shape: tuple[int, ...]) -> Any:
    """A value as an array on the host in the dtype of the network, or one clear error."""
    try:
        array = to_numpy(value)
    except XpnetError as error:
        raise CheckpointError(f"load_state_dict: {key}: {error}") from error
    if tuple(array.shape) != shape or array.dtype.kind != "f":
        raise CheckpointError(
            f"load_state_dict: expected {key} to be floats of shape {shape}, got {array.dtype} of "
            f"shape {tuple(array.shape)}"
        )
    lowest, highest = (float(array.min()), float(array.max())) if array.size else (0.0, 0.0)
    if math.isnan(lowest):  # one NaN makes it the minimum
        raise CheckpointError(
            f"load_state_dict: expected {key} to be numbers, got NaN among them: the training of "
            "that network has failed"
        )
    limit = net.backend.xp.finfo(net.dtype).max
    if array.dtype.itemsize > net.dtype.itemsize and max(-lowest, highest) > float(limit):
        raise CheckpointError(
            f"load_state_dict: expected {key} to be at most {float(limit):.3g} in size, which is "
            f"what {net.dtype} holds, got {max(-lowest, highest):.3g}: load it into "
            "net.astype('float64')"
        )
    return array


def _listed(keys: list[str]) -> str:
    shown = keys if len(keys) <= LISTED else [*keys[:LISTED], f"{len(keys) - LISTED:,} more"]
    return ", ".join(f"{key:.60}" for key in shown) or "none"
