"""Parameters in float16 are stepped in float32, in which their state is kept."""

import numpy as np
import pytest

import xpnet
from xpnet.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp
from xpnet.parameters import Parameters

KINDS = [SGD, Momentum, AdaGrad, RMSProp, Adam]


def held(values, flat, dtype):
    arrays = {"W": xpnet.asarray(values, dtype)}
    return Parameters(arrays) if flat else arrays


def walk(kind, flat, dtype, grads):
    """Where a step with each gradient leads from 1."""
    optimizer, params = kind(), held(np.ones(len(grads[0])), flat, dtype)
    for grad in grads:
        optimizer.update(params, held(grad, flat, dtype))
    return optimizer, xpnet.to_numpy(params["W"])


@pytest.mark.parametrize("flat", [False, True], ids=["loop", "fused"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_gradient_of_zero_leaves_float16_as_it_is(backend, kind, flat):
    _, found = walk(kind, flat, "float16", [np.zeros(3)] * 3)
    assert found.tolist() == [1, 1, 1]
    assert found.dtype == "float16"


@pytest.mark.parametrize("flat", [False, True], ids=["loop", "fused"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_step_in_float16_is_the_one_in_float64_rounded(backend, kind, flat):
    # squares of the first three are 0 in float16, of the last one infinite
    grads = np.array([6e-8, 1e-5, 1e-3, 0.0, 0.1, 3.0, 1000.0], "float16").astype("float64")
    for steps in (1, 2):
        _, found = walk(kind, flat, "float16", [grads] * steps)
        _, wanted = walk(kind, flat, "float64", [grads] * steps)
        np.testing.assert_allclose(found, wanted, rtol=2e-3, atol=1e-3)


@pytest.mark.parametrize("flat", [False, True], ids=["loop", "fused"])
@pytest.mark.parametrize("kind", KINDS[1:])
def test_state_of_float16_is_float32_and_stays(backend, kind, flat):
    optimizer, _ = walk(kind, flat, "float16", [np.ones(2)])
    state = {slot: found["W"] for slot, found in optimizer.state.items()}
    assert {str(array.dtype) for array in state.values()} == {"float32"}
    optimizer, _ = walk(kind, flat, "float16", [np.ones(2), np.ones(2)])
    assert {str(found["W"].dtype) for found in optimizer.state.values()} == {"float32"}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", [AdaGrad, RMSProp, Adam])
def test_an_eps_that_the_dtype_rounds_to_zero_makes_no_nan(backend, kind, dtype):
    params = {"W": xpnet.asarray(np.ones(2), dtype)}
    kind(eps=1e-60).update(params, {"W": xpnet.asarray(np.zeros(2), dtype)})
    assert xpnet.to_numpy(params["W"]).tolist() == [1, 1]
