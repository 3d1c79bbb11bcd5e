"""The rules of the optimizers: PyTorch's numbers, by the fused step and by the loop."""

import numpy as np
import pytest

import xpnet
from tests.optimizers.rules import START, STEPS, numbers, on_backend, run, slope
from xpnet.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSProp
from xpnet.parameters import Parameters

KINDS = [SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW]

# where 50 steps of each default lead: torch.optim of PyTorch 2.13.0, float64, on the CPU
PYTORCH = {
    SGD: [
        *(-2.794283353700584, -0.6492420540795963, -0.3446467517753148),
        *(0.9956283695062671, 1.1071062741736868, 1.1453730413215744),
    ],
    Momentum: [
        *(-11.542865617015117, -0.521121241873252, -0.4684059892847152),
        *(0.9798983648356034, -0.2970020468978704, -0.3882133544854667),
    ],
    Nesterov: [
        *(-11.938924476821454, -0.5235320338403323, -0.4562023278214818),
        *(0.9801656783672404, -0.3085639230352203, -0.3433173020737388),
    ],
    AdaGrad: [
        *(-2.128768264953053, -0.8754360422486369, -0.12430357913673781),
        *(0.9793667980024908, 1.8747168530104077, 2.8726625125857046),
    ],
    RMSProp: [
        *(-3.0184675302458395, -0.5236551811061751, -0.4482394127623051),
        *(0.9739110446046387, 1.0942740651709129, 1.7031996646757812),
    ],
    Adam: [
        *(-2.0501751961584698, -0.9501845585224655, -0.04979292254954562),
        *(0.9780145373809577, 1.9501923964793388, 2.9500354205989625),
    ],
    AdamW: [
        *(-2.049160213732195, -0.9496992861775361, -0.04978075103482275),
        *(0.9779221175027548, 1.9501923964793388, 2.9500354205989625),
    ],
}


@pytest.mark.parametrize("flat", [True, False], ids=["fused", "loop"])
@pytest.mark.parametrize("kind", KINDS)
def test_50_steps_lead_where_pytorch_goes(backend, kind, flat):
    found = run(kind(), on_backend(START, flat), flat=flat)
    np.testing.assert_allclose(found, PYTORCH[kind], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_written_numbers_are_pytorchs(kind):
    torch = pytest.importorskip("torch", reason="recomputing the numbers needs PyTorch")
    optim = torch.optim
    weights, biases = (torch.nn.Parameter(torch.tensor(part)) for part in (START[:4], START[4:]))
    groups = [{"params": [weights]}, {"params": [biases], "weight_decay": 0}]
    optimizer = {
        SGD: lambda: optim.SGD(groups, lr=0.01),
        Momentum: lambda: optim.SGD(groups, lr=0.01, momentum=0.9),
        Nesterov: lambda: optim.SGD(groups, lr=0.01, momentum=0.9, nesterov=True),
        AdaGrad: lambda: optim.Adagrad(groups),
        RMSProp: lambda: optim.RMSprop(groups),
        Adam: lambda: optim.Adam(groups),
        AdamW: lambda: optim.AdamW(groups),
    }[kind]()
    for _ in range(STEPS):
        for p, part in ((weights, slice(4)), (biases, slice(4, 6))):
            p.grad = torch.tensor(slope(p.detach().numpy(), part))
        optimizer.step()
    found = [*weights.tolist(), *biases.tolist()]
    np.testing.assert_allclose(found, PYTORCH[kind], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_fused_step_and_loop_give_the_same_numbers(backend, kind):
    fused, loop = on_backend(START), on_backend(START, flat=False)
    run(kind(lr=0.3), fused)
    run(kind(lr=0.3), loop, flat=False)
    np.testing.assert_allclose(numbers(fused), numbers(loop), rtol=1e-13)


@pytest.mark.parametrize("kind", KINDS)
def test_a_dict_of_gradients_steps_parameters_as_well(backend, kind):
    params, mixed = on_backend(START), on_backend(START)
    run(kind(lr=0.3), params, 3)
    run(kind(lr=0.3), mixed, 3, flat=False)
    np.testing.assert_allclose(numbers(mixed), numbers(params), rtol=1e-13)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_of_another_dtype_are_cast(backend, kind):
    params = Parameters({"W": xpnet.asarray(np.zeros(64), "float32")})
    kind(lr=0.5).update(params, Parameters({"W": xpnet.asarray(np.ones(64), "float64")}))
    assert params.dtype == "float32"
    assert (xpnet.to_numpy(params["W"]) < 0).all()


def test_gradients_in_another_order_find_their_parameters(backend):
    params = Parameters({name: xpnet.asarray([0.0, 0.0]) for name in ("a", "b")})
    SGD(lr=1).update(
        params, Parameters({"b": xpnet.asarray([1.0, 1.0]), "a": xpnet.asarray([5.0, 5.0])})
    )
    assert {name: xpnet.to_numpy(a).tolist() for name, a in params.items()} == {
        "a": [-5, -5],
        "b": [-1, -1],
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("flat", [True, False], ids=["fused", "loop"])
def test_the_arrays_stay_and_are_written_over(backend, kind, flat):
    params, grads = on_backend(START, flat), on_backend(START, flat)
    arrays = dict(params)
    kind().update(params, grads)
    assert all(params[name] is array for name, array in arrays.items())
    assert (numbers(params) != START)[START != 0].all()
    np.testing.assert_array_equal(numbers(grads), START)


@pytest.mark.parametrize("kind", KINDS)
def test_padding_stays_zero(backend, kind):
    params = on_backend(START)
    run(kind(lr=0.5), params, 3)
    flat = xpnet.to_numpy(params.flat)
    assert np.count_nonzero(flat) == 6 < flat.size


@pytest.mark.parametrize("kind", KINDS)
def test_a_learning_rate_that_changes_takes_effect(backend, kind):
    changed, steady = on_backend(START), on_backend(START)
    optimizer, same = kind(lr=0.1), kind(lr=0.1)
    before = run(optimizer, changed, 2)
    run(same, steady, 2)
    optimizer.lr = 0.2
    doubled, once = run(optimizer, changed, 1) - before, run(same, steady, 1) - before
    np.testing.assert_allclose(doubled, 2 * once, rtol=1e-9)
