"""An update that fails half way leaves everything as it was, or says that it does not."""

import numpy as np
import pytest

import xpnet
from xpnet.optimizers import SGD, AdaGrad, Adam, Momentum, Optimizer, RMSProp, UpdateRule
from xpnet.parameters import Parameters

KINDS = [SGD, Momentum, AdaGrad, RMSProp, Adam]
ERRORS = [MemoryError, RuntimeError, KeyboardInterrupt]
SHAPES = {"W1": (4, 3), "b1": (3,), "W2": (3, 2), "b2": ()}


def arrays(seed):
    rng = np.random.default_rng(seed)
    return {name: xpnet.asarray(rng.normal(size=shape)) for name, shape in SHAPES.items()}


def host(arrays):
    return {name: xpnet.to_numpy(array).copy() for name, array in arrays.items()}


def snapshot(optimizer, params):
    state = {slot: host(found) for slot, found in optimizer.state.items()}
    return {"": host(params)} | state


def assert_same(found, wanted):
    for slot, arrays in wanted.items():
        for name, array in arrays.items():
            np.testing.assert_array_equal(found[slot][name], array)


def failing(optimizer, monkeypatch, at, error):
    """The optimizer's step of one array fails before call number `at`, from 0, writes anything."""
    step, calls = type(optimizer)._write, []

    def counted(self, *args):
        calls.append(None)
        if len(calls) > at:
            raise error("stopped")
        step(self, *args)

    monkeypatch.setattr(type(optimizer), "_write", counted)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("used", [False, True], ids=["new", "used"])
@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("kind", KINDS)
def test_a_loop_that_fails_at_any_parameter_is_taken_back(
    backend, monkeypatch, kind, at, used, error
):
    optimizer, same, params, wanted = kind(), kind(), arrays(0), arrays(0)
    if used:
        optimizer.update(params, arrays(1))
        same.update(wanted, arrays(1))
    before, done = snapshot(optimizer, params), optimizer.steps
    failing(optimizer, monkeypatch, at, error)
    with pytest.raises(error, match="stopped"):
        optimizer.update(params, arrays(2))
    assert_same(snapshot(optimizer, params), before)
    assert optimizer.steps == done
    assert optimizer.writing is (at == 3 and error is not MemoryError)
    monkeypatch.undo()
    optimizer.update(params, arrays(2))
    same.update(wanted, arrays(2))
    assert_same(snapshot(optimizer, params), snapshot(same, wanted))


def test_numbers_and_arrays_are_taken_back_together(monkeypatch):
    optimizer, params = SGD(), {"x": 1.0, "W": np.ones(2)}
    failing(optimizer, monkeypatch, 1, MemoryError)
    with pytest.raises(MemoryError):
        optimizer.update(params, {"x": 1.0, "W": np.ones(2)})
    assert params["x"] == 1.0
    assert params["W"].tolist() == [1, 1]


def test_one_array_under_several_names_is_taken_back(monkeypatch):
    shared, optimizer = np.ones(2), Momentum()
    params, grads = ({name: make(2) for name in "abc"} for make in (lambda n: shared, np.ones))
    optimizer.update(params, grads)
    before = shared.copy()
    failing(optimizer, monkeypatch, 2, MemoryError)
    with pytest.raises(MemoryError):
        optimizer.update(params, grads)
    np.testing.assert_array_equal(shared, before)


def test_the_largest_array_is_not_copied(monkeypatch):
    shapes = []

    def noted(backend, array):
        shapes.append(array.shape)
        return array.copy()

    monkeypatch.setattr("xpnet.optimizers.base.copied", noted)
    Momentum().update(arrays(0), arrays(1))
    assert shapes == [(), (), (3,), (3,), (3, 2), (3, 2)]


def write_and_fail(xp, param, grad, lr):
    param -= grad
    raise ArithmeticError("lost count")


class Careless(Optimizer):
    """Its formula breaks the rule that it writes nothing."""

    rule = UpdateRule("careless", write_and_fail)


class Positive(dict):
    """A mapping that says no to some values, once it is asked to hold them."""

    def __setitem__(self, name, value):
        if isinstance(value, float) and value < 0:
            raise ValueError(f"{name} is {value}")
        super().__setitem__(name, value)


@pytest.mark.parametrize("used", [False, True], ids=["new", "used"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_mapping_that_does_not_take_a_new_number_gets_nothing_new(backend, kind, used):
    optimizer, params = kind(lr=10), Positive(x=1e3, W=arrays(0)["W1"], y=3.0)
    grads = {"x": 0.01, "W": arrays(1)["W1"], "y": 0.0}
    if used:
        optimizer.update(params, grads)
    before, done = snapshot(optimizer, params), optimizer.steps
    with pytest.raises(ValueError, match=r"^y is -"):
        optimizer.update(params, {**grads, "y": 1e3})
    assert_same(snapshot(optimizer, params), before)
    assert (optimizer.steps, optimizer.writing) == (done, False)


@pytest.mark.parametrize("hold", [dict, Parameters])
def test_a_step_that_fails_after_it_wrote_says_so(backend, hold):
    optimizer = Careless(lr=0.1)
    wanted = r"lost count \(Careless\(lr=0.1\) stopped within a step: .* may hold a part"
    with pytest.raises(ArithmeticError, match=wanted):
        optimizer.update(hold({"W": arrays(0)["W1"]}), hold({"W": arrays(1)["W1"]}))
    assert optimizer.steps == 0
    assert optimizer.writing


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_first_step_that_fails_leaves_no_state(backend, monkeypatch, kind):
    optimizer, params = kind(), Parameters(arrays(0))
    failing(optimizer, monkeypatch, 0, MemoryError)
    with pytest.raises(MemoryError):
        optimizer.update(params, Parameters(arrays(1)))
    assert optimizer.state == {}
    monkeypatch.undo()
    optimizer.update(Parameters(arrays(2)), Parameters(arrays(1)))  # it belongs to nobody yet
