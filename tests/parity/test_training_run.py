import numpy as np

import xpnet
from xpnet.parity.training_run import update_name

INDEX = np.arange(20)


def test_a_free_run_is_a_training_run(training_run, second):
    free, trained = training_run(second), training_run(second)
    x, t = trained.batch(INDEX, None)
    for _ in range(2):
        found = free.free_step(INDEX, None)
        trained.net.backprop(x, t)
        trained.optimizer.update(trained.net.params, trained.net.grads)
    params = xpnet.to_numpy(trained.net.params["W1"])
    np.testing.assert_allclose(found["Adam W1"], params, rtol=1e-9)
    np.testing.assert_array_equal(found["batch x"], xpnet.to_numpy(x))


def test_a_batch_has_the_rows_of_the_data_times_the_scale(training_run, second, data):
    x, t = training_run(second).batch(np.array([3, 0]), 0.5)
    np.testing.assert_allclose(xpnet.to_numpy(x), data[0][[3, 0]] * 0.5)
    np.testing.assert_array_equal(xpnet.to_numpy(t), data[1][[3, 0]])


def test_the_results_of_an_update_are_copies_under_the_names_of_their_checks(training_run, second):
    run = training_run(second)
    run.free_step(INDEX, None)
    updated = run.updated()
    assert {"Adam W1", "Adam.m W1", "Adam.v b2"} <= set(updated)
    before = updated["Adam W1"].copy()
    run.free_step(INDEX, None)
    np.testing.assert_array_equal(updated["Adam W1"], before)


def test_a_custom_optimizer_may_have_no_state(training_run):
    class Descent:
        def update(self, params, grads):
            params.flat -= 0.1 * grads.flat

    run = training_run("numpy")
    run.optimizer = Descent()
    run.free_step(INDEX, None)
    assert set(run.updated()) == {"Descent W1", "Descent b1", "Descent W2", "Descent b2"}


def test_a_slot_is_named_before_its_parameter():
    assert update_name("SGD", "param", "W1") == "SGD W1"
    assert update_name("Adam", "m", "W1") == "Adam.m W1"
