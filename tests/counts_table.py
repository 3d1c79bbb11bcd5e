"""What each call asks of the device, in numbers: the tests assert them, docs/counts.md shows them.

``python tests/counts_table.py`` prints the tables as the page shows them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

__all__ = ["BACKEND", "CAPTURED", "LAYERS", "NETWORKS", "OPTIMIZERS", "TRAINING", "Row", "markdown"]


@dataclass(frozen=True)
class Row:
    """One call and its counts, once its kernels are compiled and the memory pool is full."""

    call: str
    launches: int
    to_device: int = 0
    to_host: int = 0
    synchronisations: int = 0

    @property
    def expected(self) -> dict[str, int]:
        """What is counted, under the names of `DeviceCounts`."""
        counts = {name: number for name, number in asdict(self).items() if name != "call"}
        return counts | {"allocations": 0}


TRAINING = (
    Row("step, SGD", 15),
    Row("step, SGD with weight decay", 15),
    Row("step, Momentum", 15),
    Row("step, Nesterov", 15),
    Row("step, AdaGrad", 15),
    Row("step, RMSProp", 15),
    Row("step, Adam", 15),
    Row("step, AdamW", 15),
    Row("step, a learning rate by a schedule", 15),
    Row("step, gradients clipped", 17),
    Row("step, uint8 pixels times a scale", 15),
    Row("step, one-hot labels", 15),
    Row("step, tanh and the mean squared error", 15),
    Row("step, the first of an epoch", 15, to_device=1),
    Row("step, MultiLayerNet of 1 hidden layer", 15),
    Row("step, MultiLayerNet of 2 hidden layers", 22),
    Row("step, MultiLayerNet of 3 hidden layers", 29),
    Row("step, MultiLayerNet of 1 hidden layer, batch_norm", 19),
    Row("step, MultiLayerNet of 1 hidden layer, dropout", 19),
    Row("step, MultiLayerNet of 1 hidden layer, batch_norm and dropout", 23),
    Row(
        "step, the chapter's, written plainly in CuPy",
        48,
        to_device=2,
        to_host=3,
        synchronisations=3,
    ),
)

CAPTURED = (
    Row("captured step, SGD", 1),
    Row("captured step, SGD with weight decay", 1),
    Row("captured step, Momentum", 1),
    Row("captured step, Nesterov", 1),
    Row("captured step, AdaGrad", 1),
    Row("captured step, RMSProp", 1),
    Row("captured step, Adam", 1),
    Row("captured step, AdamW", 1),
    Row("captured step, a learning rate by a schedule", 1),
    Row("captured step, gradients clipped", 1),
    Row("captured step, uint8 pixels times a scale", 1),
    Row("captured step, one-hot labels", 1),
    Row("captured step, tanh and the mean squared error", 1),
    Row("captured step, the first of an epoch", 3, to_device=3, to_host=1, synchronisations=1),
    Row("captured step, MultiLayerNet of 1 hidden layer", 1),
    Row("captured step, MultiLayerNet of 2 hidden layers", 1),
    Row("captured step, MultiLayerNet of 3 hidden layers", 1),
    Row("captured step, MultiLayerNet of 1 hidden layer, batch_norm and dropout", 1),
)

NETWORKS = (
    Row("predict", 5),
    Row("accuracy, 100 rows", 8, to_host=1, synchronisations=1),
    Row("accuracy, 1000 rows", 8, to_host=1, synchronisations=1),
    Row("accuracy, 60000 rows of uint8 pixels", 9, to_host=1, synchronisations=1),
    Row("accuracy, 60000 rows of uint8 pixels times a scale", 9, to_host=1, synchronisations=1),
    Row("score, 1000 rows of a regression", 20, to_host=1, synchronisations=1),
    Row("loss", 7),
    Row("backprop", 13),
    Row("gradient", 14),
    Row('to("numpy")', 0, to_host=2, synchronisations=2),
    Row('to("cupy")', 0, to_device=2),
)

LAYERS = (
    Row("MulLayer.forward", 1),
    Row("MulLayer.backward", 2),
    Row("AddLayer.forward", 1),
    Row("AddLayer.backward", 2),
    Row("Relu.forward", 1),
    Row("Relu.apply", 1),
    Row("Relu.backward", 1),
    Row("Sigmoid.forward", 1),
    Row("Sigmoid.apply", 1),
    Row("Sigmoid.backward", 1),
    Row("Tanh.forward", 1),
    Row("Tanh.apply", 1),
    Row("Tanh.backward", 1),
    Row("LeakyRelu.forward", 1),
    Row("LeakyRelu.apply", 1),
    Row("LeakyRelu.backward", 1),
    Row("Affine.forward", 2),
    Row("Affine.apply", 2),
    Row("Affine.backward", 3),
    Row("Affine.backward_params", 2),
    Row("BatchNorm.forward", 1),
    Row("BatchNorm.apply", 1),
    Row("BatchNorm.apply_training", 1),
    Row("BatchNorm.backward", 1),
    Row("Dropout.forward", 2),
    Row("Dropout.apply", 0),
    Row("Dropout.apply_training", 3),
    Row("Dropout.backward", 1),
    Row("SoftmaxWithLoss.forward", 2),
    Row("SoftmaxWithLoss.forward, one-hot labels", 2),
    Row("SoftmaxWithLoss.apply", 3),
    Row("SoftmaxWithLoss.backward", 0),
    Row("SoftmaxWithLoss.backward(2.0)", 1),
    Row("SoftmaxWithLoss.backward, a second time", 1),
    Row("SoftmaxWithLoss.backward(2.0), a second time", 2),
    Row("SoftmaxWithLoss.backward, a second time, one-hot labels", 2),
    Row("MeanSquaredError.forward", 2),
    Row("MeanSquaredError.apply", 3),
    Row("MeanSquaredError.backward", 0),
    Row("MeanSquaredError.backward(2.0)", 1),
    Row("MeanSquaredError.backward, a second time", 2),
)

OPTIMIZERS = (
    Row("SGD.update", 1),
    Row("Momentum.update", 1),
    Row("Nesterov.update", 1),
    Row("AdaGrad.update", 1),
    Row("RMSProp.update", 1),
    Row("Adam.update", 1),
    Row("AdamW.update", 1),
    Row("SGD.update, a dict of 4 arrays", 7),
    Row("Adam.update, a dict of 4 arrays", 13),
    Row("AdamW.update, a dict of 4 arrays", 13),
)

BACKEND = (
    Row("to_numpy", 0, to_host=1, synchronisations=1),
    Row("synchronize", 0, synchronisations=1),
    Row("owns", 0),
    Row("takes", 0),
    Row("floats, cut from one array", 0, to_host=1, synchronisations=1),
    Row("floats, of 8 numbers", 8, to_host=1, synchronisations=1),
    Row("floats, of 9 numbers or more", 1, to_device=1, to_host=1, synchronisations=1),
    Row("assign", 1),
    Row("assign, over memory that is shared", 2),
    Row("pool", 0),
    Row("rows_at_once", 0),
    Row("free_unused", 0),
    Row("buffer_of", 0),
    Row("is_writable", 0),
    Row("overlap", 0),
    Row("matmul", 1),
    Row("matmul, of a transpose over an array", 1),
    Row("relu", 1),
    Row("relu_with_mask", 1),
    Row("relu_grad", 1),
    Row("sigmoid", 1),
    Row("sigmoid_grad", 1),
    Row("tanh", 1),
    Row("tanh_grad", 1),
    Row("leaky_relu", 1),
    Row("leaky_relu_grad", 1),
    Row("softmax_with_loss", 2),
    Row("cross_entropy_rows", 1),
    Row("softmax_with_loss_grad", 1),
    Row("softmax_with_loss_grad, one-hot labels", 2),
    Row("mean_squared_error", 2),
    Row("squared_error_rows", 1),
    Row("batch_norm", 1),
    Row("batch_norm_grad", 1),
    Row("batch_norm_inference", 1),
    Row("dropout", 1),
    Row("dropout_mask", 1),
    Row("dropout_grad", 1),
    Row("count_correct", 2),
    Row("count_correct, one-hot labels", 2),
    Row("cast", 0),
    Row("cast, uint8 pixels", 1),
    Row("cast, uint8 pixels times a scale", 1),
    Row("gather", 1),
    Row("gather, uint8 pixels times a scale", 1),
    Row("clip_norm", 2),
    Row("update, SGD", 1),
    Row("update, SGD with weight decay", 1),
    Row("update, Momentum", 1),
    Row("update, Momentum with weight decay", 1),
    Row("update, Nesterov", 1),
    Row("update, Nesterov with weight decay", 1),
    Row("update, AdaGrad", 1),
    Row("update, RMSProp", 1),
    Row("update, Adam", 1),
    Row("update, Adam with weight decay", 1),
    Row("update, AdamW with weight decay", 1),
)

TABLES = {
    "Training: a step of 100 rows, TwoLayerNet(784, 50, 10) where nothing else is named": TRAINING,
    "Training, captured: a further step of such a run, with the same 100 rows": CAPTURED,
    "Networks: TwoLayerNet(784, 50, 10)": NETWORKS,
    "Layers": LAYERS,
    "Optimizers": OPTIMIZERS,
    "The primitives that CupyBackend replaces": BACKEND,
}


def markdown() -> str:
    """The tables, each under its heading."""
    lines: list[str] = []
    for heading, rows in TABLES.items():
        lines += [f"### {heading}", ""]
        lines += ["| call | launches | to the device | to the host | waits |"]
        lines += ["| --- | ---: | ---: | ---: | ---: |"]
        for row in rows:
            call = f"`{row.call}`" if "," not in row.call else row.call
            counts = row.launches, row.to_device, row.to_host, row.synchronisations
            lines += [f"| {call} | {' | '.join(map(str, counts))} |"]
        lines += [""]
    return "\n".join(lines)


if __name__ == "__main__":
    print(markdown(), end="")
