"""Data at a trainer's door: where it goes, and what is refused once and for all."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import DataError, LabelError, OptionError, ShapeError


def test_data_on_the_backend_is_not_copied(new_trainer, toy):
    trainer = new_trainer(test=toy)
    assert trainer.train[0] is trainer.test[0] is toy[0]
    assert trainer.train[1] is trainer.test[1] is toy[1]


def test_data_of_another_backend_is_placed_beside_the_network(new_trainer, toy, backend):
    on_host = tuple(xpnet.to_numpy(array) for array in toy)
    trainer = new_trainer(train=on_host, test=on_host)
    arrays = (*trainer.train, *trainer.test)
    assert {xpnet.backend_of(array) for array in arrays} == {backend}
    assert trainer.run(epochs=1).losses == new_trainer().run(epochs=1).losses


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float64"])
def test_data_keeps_its_dtype(new_trainer, toy, dtype):
    x, t = xpnet.asarray(toy[0] * 10, dtype), xpnet.asarray(toy[1], "uint8")
    trainer = new_trainer(train=(x, t), scale=0.1)
    trainer.run(epochs=1)
    assert (trainer.train[0].dtype, trainer.train[1].dtype) == (dtype, "uint8")


def test_data_is_not_written(new_trainer, toy):
    before = [xpnet.to_numpy(array).copy() for array in toy]
    new_trainer(test=toy, scale=0.5).run(epochs=2)
    for array, was in zip(toy, before, strict=True):
        np.testing.assert_array_equal(xpnet.to_numpy(array), was)


def test_lists_will_do(new_trainer, toy):
    lists = [xpnet.to_numpy(array).tolist() for array in toy]
    found = new_trainer(train=lists).run(epochs=1).losses
    np.testing.assert_allclose(found, new_trainer().run(epochs=1).losses, rtol=1e-5)


@pytest.mark.parametrize("which", ["train", "test"])
class TestRefused:
    @pytest.fixture
    def refuse(self, new_trainer, which):
        def check(data, error, match):
            with pytest.raises(error, match=match):
                new_trainer(**{which: data})

        return check

    @pytest.mark.parametrize(("labels", "span"), [((0, 2), "0 to 2"), ((-1, 1), "-1 to 1")])
    def test_labels_out_of_range(self, refuse, toy, which, labels, span):
        t = np.full(60, labels[0])
        t[33] = labels[1]
        match = f"^{which}: labels run from {span}, but 2 classes"
        refuse((toy[0], xpnet.asarray(t)), LabelError, match)

    @pytest.mark.parametrize("dtype", ["float32", "float64", "bool"])
    def test_labels_that_are_no_integers(self, refuse, toy, which, dtype):
        t = xpnet.asarray(toy[1], dtype)
        refuse(
            (toy[0], t), LabelError, rf"^{which}: labels of shape .* must be integers, got {dtype}"
        )

    @pytest.mark.parametrize("shape", [(60, 1), (60, 3), (60, 2, 1)])
    def test_label_rows_of_another_width(self, refuse, toy, which, shape):
        t = xpnet.asarray(np.ones(shape, int))
        refuse((toy[0], t), ShapeError, rf"^{which}: t is .*expected .*rows \(60, 2\)")

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
    def test_label_rows_that_are_not_finite(self, refuse, toy, which, value):
        t = np.eye(2)[xpnet.to_numpy(toy[1])]
        t[41] = [value, 0]
        match = f"^{which}: the labels of row 41 are not all finite"
        refuse((toy[0], xpnet.asarray(t)), LabelError, match)

    @pytest.mark.parametrize("labels", [59, 61, 1])
    def test_another_number_of_labels(self, refuse, toy, which, labels):
        t = xpnet.asarray(np.zeros(labels, int))
        refuse((toy[0], t), ShapeError, rf"^{which}: x is \(60, 2\), t is \({labels},\)")

    def test_no_rows(self, refuse, toy, which):
        refuse((toy[0][:0], toy[1][:0]), ShapeError, f"^{which}: .*at least one of each")

    def test_rows_that_are_numbers(self, refuse, toy, which):
        refuse((toy[1], toy[1]), ShapeError, rf"^{which}: x is \(60,\)")

    def test_a_single_label(self, refuse, toy, which):
        refuse((toy[0], xpnet.asarray(1)), ShapeError, rf"^{which}: .*t is \(\)")

    def test_rows_that_the_network_does_not_take(self, refuse, toy, which):
        x = xpnet.asarray(np.ones((60, 3)))
        refuse((x, toy[1]), ShapeError, r"x is \(1, 3\), W takes \(N, 2\)")

    @pytest.mark.parametrize(
        ("data", "kind"), [((1, 2, 3), "tuple"), ({"x": 1}, "dict"), ("xt", "str"), (7, "int")]
    )
    def test_what_is_no_pair(self, refuse, which, data, kind):
        refuse(data, DataError, rf"^{which}: expected a pair \(x, t\), got a {kind}")


@pytest.mark.parametrize("dtype", ["bool", "uint8", "float32"])
@pytest.mark.parametrize("t", [[1, 0], [1, 1], [0, 0]], ids=["one label", "several", "none"])
def test_label_rows_may_be_of_any_mass(new_trainer, toy, t, dtype):
    trainer = new_trainer(train=(toy[0], xpnet.asarray(np.tile(t, (60, 1)), dtype)))
    assert trainer.run(epochs=1).final.iteration == 3


def test_weights_of_classes_train_as_their_rows_do_alone(new_trainer, toy):
    x, t = toy
    rows = np.eye(2)[xpnet.to_numpy(t)] * [1.0, 0.0]  # the second class does not count
    weighed = new_trainer(train=(x, xpnet.asarray(rows)), batch_size=60)
    weighed.step()
    alone = new_trainer(batch_size=60)
    own = alone.net.gradient(x, xpnet.asarray(rows))
    alone.optimizer.update(alone.net.params, own)
    np.testing.assert_allclose(
        xpnet.to_numpy(weighed.net.params.flat), xpnet.to_numpy(alone.net.params.flat), rtol=1e-5
    )


@pytest.mark.parametrize("scale", ["a", float("nan"), float("inf")])
def test_a_scale_that_is_no_finite_number_is_refused(new_trainer, scale):
    with pytest.raises(OptionError, match=r"scale=.*finite number"):
        new_trainer(scale=scale)


def test_a_numpy_scale_trains_as_pythons_does(new_trainer, toy):
    trainer = new_trainer(test=toy, scale=np.float64(0.5))
    assert type(trainer.scale) is float
    found = trainer.run(epochs=2)
    wanted = new_trainer(test=toy, scale=0.5).run(epochs=2)
    assert found.losses == wanted.losses
    assert found.records == wanted.records


def test_data_that_does_not_fit_names_its_size(new_trainer, toy, monkeypatch):
    def full(*args, **options):
        raise MemoryError

    monkeypatch.setattr("xpnet.training.data.asarray", full)
    with pytest.raises(DataError, match=r"train: an array of 48 MB does not fit on .*uint8"):
        new_trainer(train=(np.broadcast_to(np.float32(1), (6_000_000, 2)), toy[1]))
