"""All contenders do the same work: from one start, over the same batches, to the same losses."""

import pytest
from comparisons.steps import xpnet_steps
from contenders import CONTENDERS
from problems import Problem

SMALL = Problem((784, 12, 8, 10), 100)

# other libraries' warnings are not xpnet's to fix
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def data():
    return SMALL.data()


@pytest.fixture(params=CONTENDERS)
def learner(request, data):
    contender = CONTENDERS[request.param]
    if contender.absence:
        pytest.skip(contender.absence)
    return contender.learner(SMALL, data)


def after(loss, request):
    """The chapter's code tells the loss after the update, which lowers it a little."""
    return pytest.approx(loss, rel=0.15 if "chapter" in request.node.name else 1e-4)


def test_a_contender_has_xpnets_losses(request, learner, data):
    ours = xpnet_steps(SMALL, data)
    for steps in (1, 1, 30):
        assert learner.run(steps) == after(ours(steps), request)


def test_a_contender_learns_what_it_then_gets_right(learner):
    before = learner.accuracies()
    learner.run(60)
    learner.run(60)
    train, test = learner.accuracies()
    assert train > max(0.6, before[0])
    assert abs(train - test) < 0.1
