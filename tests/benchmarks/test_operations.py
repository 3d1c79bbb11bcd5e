"""The counted work of a step: as many launches as the device sees, and arithmetic done by hand."""

from __future__ import annotations

from functools import partial

import operations
import pytest

from tests.counts_table import LAYERS, OPTIMIZERS, TRAINING
from tests.device_counts import counted, labels, normal
from xpnet.distributed.alone import Alone
from xpnet.networks import MultiLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Trainer

COUNTED = {row.call: row.launches for row in (*LAYERS, *OPTIMIZERS, *TRAINING)}


def total(counted, what):
    return sum(getattr(one, what) for one in counted)


@pytest.mark.parametrize("hidden", [1, 2, 3])
def test_a_step_has_the_launches_of_the_counts_table(hidden):
    step = operations.training_step((784, *[50] * hidden, 10), 100)
    layers = f"{hidden} hidden layer{'s' if hidden > 1 else ''}"
    assert total(step, "launches") == COUNTED[f"step, MultiLayerNet of {layers}"]


@pytest.mark.parametrize(
    ("call", "listed"),
    [
        ("Affine.forward", operations.affine_forward(5, 4, 3)),
        ("Affine.backward", operations.affine_backward(5, 4, 3)),
        ("Affine.backward_params", operations.affine_backward(5, 4, 3, of_input=False)),
        ("Relu.forward", operations.relu_forward(15)),
        ("Relu.backward", operations.relu_backward(15)),
        ("SoftmaxWithLoss.forward", operations.softmax_with_loss(5, 3)),
    ]
    + [(f"{rule}.update", operations.update(rule, 15)) for rule in operations.RULES],
)
def test_each_call_has_the_launches_of_the_counts_table(call, listed):
    assert total(listed, "launches") == COUNTED[call]


@pytest.mark.emulated
@pytest.mark.parametrize("hidden", [1, 2])
def test_a_step_has_the_launches_that_the_device_counts(device_counts, hidden):
    sizes = (20, *[8] * hidden, 10)

    def prepare(seed):
        net = MultiLayerNet(sizes[0], list(sizes[1:-1]), sizes[-1], seed=seed)
        data = normal(seed, 500, sizes[0]), labels(seed, 500)
        trainer = Trainer(net, SGD(), data, progress=False)
        trainer.step()
        return partial(trainer.step)

    expected = total(operations.training_step(sizes, 100), "launches")
    assert counted(device_counts, prepare)["launches"] == expected


class FirstOfTwo(Alone):
    """A rank of two, whose neighbour adds nothing."""

    size = 2

    def all_reduce(self, array):
        self.reduced = array.size


@pytest.mark.emulated
@pytest.mark.parametrize("hidden", [1, 2])
def test_a_step_of_a_rank_has_the_launches_that_the_device_counts(device_counts, hidden):
    sizes, comm = (20, *[8] * hidden, 10), FirstOfTwo()

    def prepare(seed):
        net = MultiLayerNet(sizes[0], list(sizes[1:-1]), sizes[-1], seed=seed)
        data = normal(seed, 500, sizes[0]), labels(seed, 500)
        trainer = Trainer(net, SGD(), data, progress=False, comm=comm)
        trainer.step()
        return partial(trainer.step)

    listed = operations.shared_step(sizes, 50)
    of_nccl = following = 1  # a plain step has no node that lays out the next
    counts = counted(device_counts, prepare)
    assert counts["launches"] == total(listed, "launches") - of_nccl - following
    assert comm.reduced > operations.parameters(sizes)


def test_a_rank_sums_gradients_between_backward_and_update():
    step, alone = (
        make((784, 50, 10), 100) for make in (operations.shared_step, operations.captured_step)
    )
    assert (step[:14], step[-2:]) == (alone[:14], alone[14:])
    assert step[14:-2] == operations.sums(39_760)


def test_gradients_are_read_and_written_twice_to_sum_them():
    assert total(operations.sums(100), "bytes") == 4 * (100 * (2 + 2) + 2 + 2 + 2)


def test_backward_is_what_lies_between_loss_and_update():
    sizes = 784, 50, 20, 10
    assert operations.backward(sizes, 100) == operations.training_step(sizes, 100)[11:-1]


@pytest.mark.parametrize(("batch", "hidden"), [(100, 50), (512, 4096)])
def test_the_products_of_a_step_are_two_with_the_images_and_three_with_the_hidden_layer(
    batch, hidden
):
    step = operations.training_step((784, hidden, 10), batch)
    products = [one for one in step if "@" in one.name]
    assert total(products, "flops") == 2 * batch * hidden * (2 * 784 + 3 * 10)


def test_the_order_is_that_of_a_step():
    names = [one.name for one in operations.training_step((784, 50, 10), 100)]
    forward = ["gather", "x @ W", "bias", "relu", "x @ W", "bias", "softmax", "mean of the losses"]
    last = ["x.T @ dout", "sum of dout", "dout @ W.T", "relu backward"]
    assert names == [*forward, *last, "x.T @ dout", "sum of dout", "SGD"]


def test_a_captured_step_is_the_step_and_one_kernel_more():
    sizes = 784, 50, 10
    *step, last = operations.captured_step(sizes, 100)
    assert step == operations.training_step(sizes, 100)
    assert (last.launches, last.bytes) == (1, 100 * (8 + 8) + 16)
    assert len(step) + 1 == 16


def test_every_operand_is_read_once_and_every_result_written_once():
    product, bias = operations.affine_forward(5, 4, 3)
    assert product.bytes == 4 * (5 * 4 + 4 * 3 + 5 * 3)
    assert bias.bytes == 4 * (5 * 3 + 3 + 5 * 3)
    [relu] = operations.relu_forward(15)
    assert relu.bytes == 15 * (4 + 4 + 1)
    [gather] = operations.gather(5, 4)
    assert gather.bytes == 2 * 5 * 4 * 4 + 2 * 5 * 8 + 5 * 8


@pytest.mark.parametrize(("rule", "slots"), [("SGD", 0), ("Momentum", 1), ("Adam", 2)])
def test_an_update_moves_parameter_gradient_and_each_slot_both_ways(rule, slots):
    [update] = operations.update(rule, 10)
    assert update.bytes == 4 * 10 * (3 + 2 * slots)


def test_an_update_goes_over_all_parameters():
    *_, update = operations.training_step((784, 50, 10), 100)
    assert update.flops == 2 * (784 * 50 + 50 + 50 * 10 + 10)
