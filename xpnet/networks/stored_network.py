"""StoredNetwork: a network that is saved to a file, and comes back from it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from xpnet.backends import asarray, get_backend, load_backend, to_numpy
from xpnet.checkpoints import Document, TensorFile, class_name, read_tensors, write_tensors
from xpnet.checks import above_zero
from xpnet.errors import OptionError, XpnetError
from xpnet.networks.architecture import build_layers, check_alike, described
from xpnet.networks.container import Container
from xpnet.networks.state_dict import ExchangedNetwork

__all__ = ["StoredNetwork", "contents", "fill"]

N = TypeVar("N", bound="StoredNetwork")


class StoredNetwork(ExchangedNetwork):
    """What a `Network` keeps in a file; see there for the rest."""

    _pixel_scale: float | None = None
    _class_names: tuple[str, ...] | None = None

    @property
    def pixel_scale(self) -> float | None:
        """What pixels from 0 to 255 are multiplied by before they are the network's input.

        A `Trainer` sets it to its `scale`; None where nobody has said it.
        """
        return self._pixel_scale

    @pixel_scale.setter
    def pixel_scale(self, value: float | None) -> None:
        self._pixel_scale = _checked_scale(value)

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """The name of each class, in the order of the scores; None where nobody has said it."""
        return self._class_names

    @class_names.setter
    def class_names(self, names: Iterable[str] | None) -> None:
        self._class_names = _checked_names(names)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network to a file, in the format safetensors.

        The file is whole and on the disk when this returns; whatever ends it early leaves what
        stood there. It holds no code, and does not say where the network lived: what was trained
        on a GPU is loaded on a machine without one.

        Parameters
        ----------
        path : str or path
            The ending is up to you; ``.safetensors`` is the usual one.

        Raises
        ------
        CheckpointError
            It cannot be written, or a parameter holds NaN.

        Examples
        --------
        >>> net = TwoLayerNet(784, 50, 10, seed=0)
        >>> net.save("digits.safetensors")
        >>> xpnet.load("digits.safetensors")
        <TwoLayerNet Affine1 -> Relu1 -> Affine2 -> loss>
        """
        arrays, document = contents(self)
        write_tensors(os.fspath(path), arrays, document)

    @classmethod
    def load(cls: type[N], path: str | os.PathLike[str], backend: str | None = None) -> N:
        """The network in a file, which `save` or a run's checkpoint wrote; also ``xpnet.load``.

        Parameters
        ----------
        path : str or path
        backend : str, optional
            Where it shall live; by default on the current backend.

        Raises
        ------
        CheckpointError
            The file is missing, damaged, of a later version or of another program, holds NaN, or
            a layer in it is of a class of one's own: then make the network, and use
            `load_weights`.
        BackendError
            The backend is unknown or cannot run here.
        """
        return cls.from_file(read_tensors(os.fspath(path)), backend)

    @classmethod
    def from_file(cls: type[N], file: TensorFile, backend: str | None = None) -> N:
        """The network in a file that was read; as `load`."""
        where = get_backend() if backend is None else load_backend(backend)
        saved = file.document.part("network")
        kind = _class_of(cls, saved)
        layers, last_layer = build_layers(file, saved)
        net = kind.__new__(kind)
        try:
            Container.__init__(net, layers, last_layer, dtype=file.document.get("dtype", str))
        except (XpnetError, TypeError) as error:  # TypeError: a dtype that no library has
            raise saved.error(f"the layers make no network: {error}") from error
        check_alike(net, saved)
        _fill_buffers(net, _buffers(net, file))
        net._pixel_scale, net._class_names = _remarks(file.document)
        return net.to(where.name)

    def load_weights(self, path: str | os.PathLike[str]) -> None:
        """Fill this network with the parameters and buffers in a file, and what is said of them.

        Parameters
        ----------
        path : str or path
            Of a network with layers of the same classes, and parameters of the same names and
            shapes. They are cast to this network's dtype.

        Raises
        ------
        CheckpointError
            As for `load`, or the file is of another network; nothing has changed.
        """
        fill(self, read_tensors(os.fspath(path)))


def contents(net: StoredNetwork) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arrays of a network on the host, and what a file says of them."""
    arrays = dict(net.params.like(to_numpy(net.params.flat)))  # one copy from the device
    arrays |= {_in_file(name): to_numpy(array) for name, array in net.buffers.items()}
    names = net.class_names
    document = {
        "dtype": str(net.dtype),
        "pixel_scale": net.pixel_scale,
        "class_names": None if names is None else list(names),
        "network": described(net),
    }
    return arrays, document


def fill(net: StoredNetwork, file: TensorFile) -> None:
    """Give a network the parameters in a file and what is said of them, or change nothing.

    Raises
    ------
    CheckpointError
    """
    check_alike(net, file.document.part("network"))
    arrays = {name: file.array(name, shape) for name, shape in net.params.shapes.items()}
    buffers = _buffers(net, file)
    remarks = _remarks(file.document)
    where = net.backend.name
    net.params.update({n: asarray(array, backend=where) for n, array in arrays.items()})
    _fill_buffers(net, buffers)
    net._pixel_scale, net._class_names = remarks


def _buffers(net: StoredNetwork, file: TensorFile) -> dict[str, Any]:
    """The arrays in a file for the buffers of a network, by their names there."""
    found = {}
    for name, buffer in net.buffers.items():
        kinds = "f" if net.backend.is_floating(buffer) else "iu"
        found[name] = file.array(_in_file(name), tuple(buffer.shape), kinds)
    return found


def _fill_buffers(net: StoredNetwork, arrays: Mapping[str, Any]) -> None:
    backend, targets = net.backend, net.buffers
    for name, array in arrays.items():
        backend.assign(targets[name], asarray(array, backend=backend.name))


def _in_file(buffer: str) -> str:
    """The name of a buffer's array in a file."""
    return f"buffers.{buffer}"


def _remarks(document: Document) -> tuple[float | None, tuple[str, ...] | None]:
    """The pixel scale and the names of the classes in a file."""
    scale = document.get("pixel_scale", float, optional=True)
    names = document.get("class_names", list, optional=True)
    try:
        return _checked_scale(scale), _checked_names(names)
    except OptionError as error:
        raise document.error(str(error)) from error


def _checked_scale(scale: float | None) -> float | None:
    return None if scale is None else above_zero("pixel_scale", scale)


def _checked_names(names: Iterable[str] | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    made = tuple(names) if isinstance(names, Iterable) and not isinstance(names, str) else ()
    if not made or not all(isinstance(name, str) for name in made) or len(set(made)) < len(made):
        raise OptionError(f"class_names: expected a list of different names, got {names!r:.200}")
    return made


def _class_of(cls: type[N], saved: Document) -> type[N]:
    """The class of the network in a file: this one, or one derived from it."""
    name = saved.get("class", str)
    for kind in (cls, *cls.__subclasses__()):
        if class_name(kind) == name and "." not in name:
            return kind
    if "." in name:
        raise saved.error(
            f"expected a network of xpnet, got one of the class {name:.80}: make it, and fill it "
            "by net.load_weights(path)"
        )
    raise saved.error(f"expected a {cls.__name__}, got a {name:.80}: use xpnet.load(path)")
