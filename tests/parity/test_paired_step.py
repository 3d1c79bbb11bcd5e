import numpy as np

import xpnet
from xpnet.layers import Relu
from xpnet.optimizers import Adam
from xpnet.parity.layer_rules import LAYER_RULES
from xpnet.parity.paired_step import paired_step
from xpnet.parity.update_rules import UPDATE_RULES

INDEX = np.arange(20)
RULES = {**LAYER_RULES, **UPDATE_RULES}


def test_every_operation_starts_from_the_bits_of_the_reference(training_run, second):
    reference, candidate = training_run("numpy"), training_run(second)
    for step in range(3):
        candidate.net.params.flat *= 5  # overwritten, as are gradients and state
        candidate.net.grads.flat += 1
        for slot in candidate.optimizer.state.values():
            slot.flat *= 2
        for pair in paired_step(reference, candidate, INDEX, None, RULES):
            np.testing.assert_allclose(pair.candidate, pair.reference, rtol=1e-9, atol=1e-12)
            assert pair.bound is not None
        # the update starts from the reference's gradients
        grads = [xpnet.to_numpy(run.net.grads["W1"]) for run in (reference, candidate)]
        np.testing.assert_array_equal(*grads)
        assert reference.optimizer.steps == candidate.optimizer.steps == step + 1


def test_only_what_has_a_rule_has_a_bound(training_run, second):
    rules = {kind: rule for kind, rule in RULES.items() if kind not in (Relu, Adam)}
    pairs = list(paired_step(training_run("numpy"), training_run(second), INDEX, None, rules))
    without = {pair.name.split(" ")[0] for pair in pairs if pair.bound is None}
    assert without == {"Relu1.forward", "Relu1.backward", "Adam", "Adam.m", "Adam.v"}
