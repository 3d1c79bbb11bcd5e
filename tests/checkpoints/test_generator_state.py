"""The state of every generator of NumPy survives JSON, and a wrong one is refused."""

import copy
import json

import numpy as np
import pytest

from xpnet.checkpoints import Document, generator_from, generator_state
from xpnet.errors import CheckpointError

KINDS = ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"]


def used(kind):
    """A generator in the midst of its buffer, with half of a drawn number left."""
    rng = np.random.Generator(getattr(np.random, kind)(3))
    rng.integers(10, size=7, dtype="uint32")
    return rng


def through_json(state):
    return Document(json.loads(json.dumps(state)), "run")


@pytest.mark.parametrize("kind", KINDS)
def test_the_copy_draws_what_the_original_draws(kind):
    rng = used(kind)
    made = generator_from(through_json(generator_state(rng)))
    for draw in (
        lambda g: g.integers(10, size=3, dtype="uint32"),
        lambda g: g.normal(size=1000),
        lambda g: g.permutation(60),
    ):
        assert draw(made).tolist() == draw(rng).tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_an_earlier_state_is_kept_as_well(kind):
    rng = used(kind)
    before = rng.bit_generator.state
    drawn = rng.permutation(60).tolist()
    made = generator_from(through_json(generator_state(rng, before)))
    assert made.permutation(60).tolist() == drawn


def test_a_generator_of_another_kind_is_refused_by_name():
    class Mine(np.random.PCG64):
        pass

    with pytest.raises(CheckpointError, match="got one of Mine, whose state cannot be saved"):
        generator_state(np.random.Generator(Mine(0)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_value_anywhere_is_one_error(kind):
    right = generator_state(used(kind))

    def wrong(values):
        """The state with each of its values replaced, one after the other."""
        for name, value in values.items():
            if name == "bit_generator":
                yield {**values, name: "Xorshift"}
            elif isinstance(value, dict):
                yield from ({**values, name: changed} for changed in wrong(value))
            else:
                for other in (None, "x", -(2**70), 2**200, [], [1.5], {}):
                    yield {**values, name: other}
            yield {key: value for key, value in values.items() if key != name}

    for state in wrong(right):
        with pytest.raises(CheckpointError, match=r"^run: expected"):
            generator_from(Document(copy.deepcopy(state), "run"))


@pytest.mark.parametrize(
    ("kind", "place"), [("MT19937", ("state", "pos")), ("Philox", ("buffer_pos",))]
)
@pytest.mark.parametrize("value", [-1, 1_000_000])
def test_a_place_outside_of_the_buffer_is_refused(kind, place, value):
    state = generator_state(used(kind))
    *path, last = place
    inner = state
    for name in path:
        inner = inner[name]
    inner[last] = value
    with pytest.raises(CheckpointError):
        generator_from(Document(state, "run"))
