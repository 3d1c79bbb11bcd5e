"""A network as a file of ONNX, the format that most runtimes read."""

from __future__ import annotations

import importlib.util
import json
import os
from typing import Any

from xpnet.backends import to_numpy
from xpnet.errors import ArgumentTypeError, MissingExtraError, NetworkError, OptionError
from xpnet.export.onnx_layers import Node, expressed, expressed_loss
from xpnet.files import write_whole
from xpnet.networks import Network
from xpnet.version import __version__

__all__ = ["check_onnx", "to_onnx"]

OPSET, IR_VERSION = 17, 8
"""The pair of ONNX 1.12, by its table of versions: a runtime that knows the one reads the other.

The operators used here have not changed in meaning since, so a later pair would only be refused by
runtimes that are older than it.
"""
LARGEST = 2**31 - 2**20
"""Bytes of parameters: the format cannot hold 2 GB in one file, and the rest takes some too."""

INPUT, SCORES, PROBABILITIES, ROWS = "input", "scores", "probabilities", "batch"
"""Names in the file. Those of values between the layers have a dot in them, so none is like these.
"""


def check_onnx() -> None:
    """`MissingExtraError` where onnx, which writes the format, is not installed."""
    if importlib.util.find_spec("onnx") is None:
        raise MissingExtraError("a .onnx needs onnx: pip install 'xpnet[onnx]'")


def to_onnx(net: Network, path: str | os.PathLike[str]) -> None:
    """Write a network to a file of ONNX, whole or not at all.

    The model takes what the network takes: ``input`` of shape (batch, in) in the network's dtype,
    pixels already multiplied by ``net.pixel_scale``. It gives ``scores``, as `Network.predict`, and
    ``probabilities``, both (batch, out), for any number of rows; of a regression the scores alone,
    which are its predictions. The file also has the pixel scale, the names of the classes and the
    version of xpnet, as metadata.

    Parameters
    ----------
    net : Network
        Of `Affine`, `BatchNorm`, `Relu`, `LeakyRelu`, `Sigmoid`, `Tanh` and `Dropout` layers, and
        `SoftmaxWithLoss` or `MeanSquaredError`, on any backend.
    path : str or path

    Raises
    ------
    MissingExtraError
        The package onnx is not installed.
    NetworkError
        ONNX has no operator for a layer, such as one of your own; no layer says how wide the input
        is; a parameter holds NaN.
    OptionError
        The parameters are too large for a file of ONNX, or it cannot be written.

    Notes
    -----
    In onnxruntime::

        session = onnxruntime.InferenceSession("digits.onnx")
        scores, probabilities = session.run(None, {"input": x})
    """
    check_onnx()
    if not isinstance(net, Network):
        raise ArgumentTypeError(f"to_onnx: got a {type(net).__name__}, expected a Network")
    nodes, loss = expressed(net), expressed_loss(net)
    if not net.sizes:
        raise NetworkError(
            "to_onnx: expected a network with an Affine, whose W says how wide the input is, got "
            "none"
        )
    size = net.params.count * net.dtype.itemsize
    if size > LARGEST:
        raise OptionError(
            f"{path}: a file of ONNX holds less than 2 GB, the parameters take {size / 1e9:.1f} GB"
        )
    write_whole(path, _model(net, nodes, loss).SerializeToString())


def _model(net: Network, nodes: dict[str, Node], loss: Node | None) -> Any:
    """The network as onnx has it."""
    from onnx import helper, numpy_helper  # an extra, imported at its first use

    made: list[Any] = []
    arrays, x = {}, INPUT
    for name, node in nodes.items():
        layer = net.layers[name]
        own = {**layer.params, **layer.buffers}
        params = {f"{name}.{short}": own[short] for short in node.params}
        arrays.update(params)
        y = SCORES if len(made) == len(nodes) - 1 else f"{name}.out"
        inputs = [x, *params]
        made.append(helper.make_node(node.operator, inputs, [y], name=name, **node.attributes))
        x = y
    host = {name: _numbers(name, array) for name, array in arrays.items()}
    dtype = helper.np_dtype_to_tensor_dtype(to_numpy(net.params.flat).dtype)
    width, classes = net.sizes[0], net.sizes[-1]

    def value(name: str, columns: int, description: str) -> Any:
        return helper.make_tensor_value_info(name, dtype, [ROWS, columns], description)

    if loss is None:
        outputs = [value(SCORES, classes, "The prediction of each output.")]
    else:
        made.append(helper.make_node(loss.operator, [x], [PROBABILITIES], **loss.attributes))
        outputs = [
            value(SCORES, classes, "The score of each class."),
            value(PROBABILITIES, classes, "The softmax of the scores: each row sums to 1."),
        ]
    graph = helper.make_graph(
        made,
        type(net).__name__,
        [value(INPUT, width, _input_description(net))],
        outputs,
        [numpy_helper.from_array(array, name) for name, array in host.items()],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="xpnet",
        producer_version=__version__,
        doc_string=f"{net!r}, {'-'.join(map(str, net.sizes))}, exported by xpnet {__version__}.",
    )
    helper.set_model_props(model, _metadata(net))
    return model


def _numbers(name: str, array: Any) -> Any:
    """A parameter on the host, if none of it is NaN."""
    array = to_numpy(array)
    if (array != array).any():
        raise NetworkError(
            f"to_onnx: expected the parameter {name} to be numbers, got NaN among them"
        )
    return array


def _input_description(net: Network) -> str:
    if net.pixel_scale is None:
        return "Rows, as the network was trained on them."
    return f"Rows of pixels: 0 to 255, multiplied by {net.pixel_scale!r}."


def _metadata(net: Network) -> dict[str, str]:
    """What a program may want to know: JSON values, and nothing for what nobody has said."""
    props = {"xpnet_version": __version__}
    if net.pixel_scale is not None:
        props["pixel_scale"] = json.dumps(net.pixel_scale)
    if net.class_names is not None:
        props["class_names"] = json.dumps(net.class_names, ensure_ascii=False)
    return props
