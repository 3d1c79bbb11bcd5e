"""BatchMoments: scales of the errors of a batch that is normalised by itself."""

import numpy as np

from xpnet.parity.normalised import BatchMoments


def test_scales_are_those_worked_by_hand():
    x = np.array([[1.0, -2.0], [5.0, 2.0]])
    batch = BatchMoments.of(x, eps=5.0)  # the variance is 4, the root of the sum 3
    np.testing.assert_allclose(batch.size, [3, 2])
    np.testing.assert_allclose(batch.inv_std, [1 / 3, 1 / 3])
    np.testing.assert_allclose(batch.spread, [2, 5 / 3])
    np.testing.assert_allclose(batch.x_hat, [[5 / 3 + 4 / 3, 4 / 3 + 10 / 9]] * 2)
    assert batch.roundings == 16


def test_the_scale_of_what_is_normalised_is_at_least_as_large():
    x = np.random.default_rng(0).normal(size=(9, 4)) + np.arange(4)
    batch = BatchMoments.of(x, eps=1e-5)
    assert (batch.x_hat >= abs((x - x.mean(axis=0)) * batch.inv_std)).all()
