"""``xpnet evaluate``: loss and accuracy of a saved network on test data, class by class."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

import xpnet
from xpnet.backends import Array, set_backend, to_numpy
from xpnet.cli.models import load_classifier, told_of
from xpnet.cli.options import BackendName, DataFolder, JsonPath, prepare, write_json
from xpnet.cli.width import wrapped
from xpnet.datasets import load_mnist
from xpnet.errors import DataError
from xpnet.networks import Network
from xpnet.networks.classifier import names_of_classes, scale_of_pixels
from xpnet.report.confusion import confusion_matrix, heads_and_sides
from xpnet.tables import text_table

__all__ = ["evaluate"]


def evaluate(
    model: Annotated[str, typer.Argument(help="A network that was saved.")],
    batch_size: Annotated[
        int | None, typer.Option(help="Images in a batch. Default: 1024, more on a GPU.")
    ] = None,
    backend: BackendName = "auto",
    data: DataFolder = None,
    json: JsonPath = None,
) -> int:
    """Measure a saved network on test images: loss, accuracy, and which classes it confuses."""
    out = prepare(json)
    where = set_backend(backend)
    net = load_classifier(model)
    with told_of(model):
        names, scale = names_of_classes(net), scale_of_pixels(net)
    _, (x, t) = load_mnist(normalize=False, root=data)
    labels = _fitting_labels(net, model, x, t)
    scores = net.predict(x, batch_size=batch_size, scale=scale)
    loss = float(to_numpy(net.backend.cross_entropy_rows(scores, t)).mean(dtype=np.float64))
    confusion = confusion_matrix(labels, to_numpy(scores).argmax(axis=1), len(names))
    accuracy = float(confusion.trace() / len(labels))
    classes = _classes(confusion, names)
    write_json(
        json,
        {
            "xpnet": xpnet.__version__,
            "model": model,
            "backend": where.name,
            "device": where.device,
            "images": len(labels),
            "loss": loss,
            "accuracy": accuracy,
            "classes": classes,
            "confusion": confusion.tolist(),
        },
    )
    sizes = "-".join(map(str, net.sizes))
    headline = f"{sizes} network on {where.name} ({where.device}); {len(labels):,} test images"
    print(wrapped(headline, out), file=out)
    print(f"loss {loss:.4f}, accuracy {accuracy:.2%}\n", file=out)
    for line in [*_class_table(classes), "", *_confusion_table(confusion, names)]:
        print(line, file=out)
    return 0


def _fitting_labels(net: Network, model: str, x: Array, t: Array) -> NDArray[np.int64]:
    """The labels on the host, if the network has their classes and takes such images."""
    pixels, classes = int(x.shape[1]), net.sizes[-1]
    if pixels != net.sizes[0]:
        raise DataError(
            f"{model}: expected images of {net.sizes[0]} pixels, which the network takes, got "
            f"{pixels}: give its own data as --data"
        )
    labels: NDArray[np.int64] = to_numpy(t)
    if labels.max() >= classes:
        raise DataError(
            f"{model}: expected labels from 0 to {classes - 1}, as the network has {classes} "
            f"classes, got {labels.max()}: give its own data as --data"
        )
    return labels


def _classes(confusion: NDArray[np.int64], names: list[str]) -> list[dict[str, Any]]:
    """Of each class: the share of what was given it that is right, and of it that was found."""
    right, given, there = confusion.diagonal(), confusion.sum(axis=0), confusion.sum(axis=1)
    return [
        {
            "class": name,
            "precision": float(right[k] / given[k]) if given[k] else None,
            "recall": float(right[k] / there[k]) if there[k] else None,
            "images": int(there[k]),
        }
        for k, name in enumerate(names)
    ]


def _class_table(classes: list[dict[str, Any]]) -> list[str]:
    rows = [
        (one["class"], _share(one["precision"]), _share(one["recall"]), f"{one['images']:,}")
        for one in classes
    ]
    return text_table([("class", "precision", "recall", "images"), *rows], right=(1, 2, 3))


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2%}"


def _confusion_table(confusion: NDArray[np.int64], names: list[str]) -> list[str]:
    """A row for each label, a column for each class that was given; zeros are dots."""
    heads, sides = heads_and_sides(names)
    rows = [
        [side, *(str(count) if count else "." for count in row)]
        for side, row in zip(sides, confusion.tolist(), strict=True)
    ]
    table = text_table([["label", *heads], *rows], right=range(1, len(names) + 1))
    return ["images of each label (rows) by the class that was given (columns)", *table]
