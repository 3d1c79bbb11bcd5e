import numpy as np
import pytest

import xpnet
from xpnet.functions import softmax
from xpnet.layers import Affine, Relu
from xpnet.networks import Network
from xpnet.report.predictions import predict_test_set


class Distance:
    """A loss of one's own, between scores and what they should be."""

    def forward(self, x, t):
        self.difference = x - t
        return (self.difference**2).sum() / 2

    def backward(self, dout=1):
        return dout * self.difference


def test_classes_and_probabilities_are_those_of_predict(new_trainer):
    trainer = new_trainer()
    trainer.run(epochs=2)
    found, missing = predict_test_set(trainer)
    x, t = trainer.test
    expected = xpnet.to_numpy(softmax(trainer.net.predict(x, scale=1 / 255)))
    assert missing == ""
    np.testing.assert_array_equal(found.labels, xpnet.to_numpy(t))
    np.testing.assert_array_equal(found.given, expected.argmax(axis=1))
    np.testing.assert_allclose(found.probabilities, expected.max(axis=1), rtol=1e-5)
    assert found.right / len(found.labels) == trainer.net.accuracy(x, t, scale=1 / 255)


def test_one_hot_labels_are_classes_too(new_trainer, pictures):
    x, t = pictures(seed=1)
    rows = xpnet.asarray(np.eye(3)[xpnet.to_numpy(t)])
    found, _ = predict_test_set(new_trainer(test=(x, rows)))
    np.testing.assert_array_equal(found.labels, xpnet.to_numpy(t))


@pytest.mark.parametrize(
    ("known", "names"),
    [
        (None, ("0", "1", "2")),
        (["a", "b", "c"], ("a", "b", "c")),
        (["a", "b"], ("0", "1", "2")),
    ],
)
def test_classes_have_numbers_where_not_all_have_names(new_trainer, known, names):
    trainer = new_trainer()
    trainer.net.class_names = known
    assert predict_test_set(trainer)[0].names == names


def test_without_a_test_set_it_says_so(new_trainer):
    found, missing = predict_test_set(new_trainer(test=None))
    assert found is None
    assert "no test set" in missing


def test_a_loss_without_classes_is_named(new_trainer, pictures):
    x, _ = pictures()
    t = xpnet.asarray(np.zeros((40, 2), "float32"))
    W = np.ones((25, 2), "float32")
    net = Network([Affine(*map(xpnet.asarray, (W, np.zeros(2, "float32")))), Relu()], Distance())
    found, missing = predict_test_set(new_trainer((x, t), (x, t), net))
    assert found is None
    assert "The loss is Distance, not softmax" in missing


def test_scores_that_are_not_finite_give_no_classes(new_trainer):
    trainer = new_trainer()
    trainer.net.params["b2"][0] = float("nan")
    found, missing = predict_test_set(trainer)
    assert found is None
    assert "not finite" in missing
