import pytest
from comparisons.steps import xpnet_steps
from contenders.sklearn import sklearn_learner
from problems import Problem

pytest.importorskip("sklearn", reason="scikit-learn needs the extra 'contenders'")


def test_its_first_step_starts_from_the_problems_numbers():
    small = Problem((784, 6, 10), 100)
    data = small.data()
    assert sklearn_learner(small, data).run(1) == pytest.approx(
        xpnet_steps(small, data)(1), rel=1e-4
    )
