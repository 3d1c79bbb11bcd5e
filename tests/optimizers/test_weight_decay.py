"""Weight decay: PyTorch's numbers, of weights alone or of all parameters."""

import copy
from functools import partial

import numpy as np
import pytest

import xpnet
from tests.optimizers.rules import START, STEPS, numbers, on_backend, run, slope
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD, Adam, AdamW, Momentum, Nesterov
from xpnet.optimizers.captured_update import CapturedUpdate
from xpnet.parameters import Parameters

KINDS = [SGD, Momentum, Nesterov, Adam, AdamW]
DECAY = 0.5

# where 50 steps lead with a decay of 0.5 of the first four numbers: torch.optim of PyTorch 2.13.0,
# float64, on the CPU, with the others in a group of their own
PYTORCH = {
    SGD: [
        *(-2.4268749962469642, -0.5519324099741779, -0.3142542894395661),
        *(0.7696590723252068, 1.1071062741736868, 1.1453730413215744),
    ],
    Momentum: [
        *(-2.608601935038033, -0.4196432650311044, -0.4153668016912602),
        *(-0.24115408885717532, -0.2970020468978704, -0.3882133544854667),
    ],
    Nesterov: [
        *(-2.6126854364451644, -0.436575695031439, -0.39976070137850483),
        *(-0.28378898779601675, -0.3085639230352203, -0.3433173020737388),
    ],
    Adam: [
        *(-2.050203033225548, -0.9502249527479968, -0.04963765910895475),
        *(0.9505475970096464, 1.9501923964793388, 2.9500354205989625),
    ],
    AdamW: [
        *(-1.9999999997469955, -0.9262257138919207, -0.049189082479783285),
        *(0.9728060790949306, 1.9501923964793388, 2.9500354205989625),
    ],
}


@pytest.fixture(params=KINDS)
def decaying(request):
    """Makes an optimizer with weight decay."""
    return partial(request.param, weight_decay=DECAY)


@pytest.mark.parametrize("flat", [True, False], ids=["fused", "loop"])
@pytest.mark.parametrize("kind", KINDS)
def test_50_steps_of_decaying_weights_lead_where_pytorch_goes(backend, kind, flat):
    found = run(kind(weight_decay=DECAY), on_backend(START, flat), flat=flat)
    np.testing.assert_allclose(found, PYTORCH[kind], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("decay_biases", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_pytorch_goes_there(kind, decay_biases):
    torch = pytest.importorskip("torch", reason="recomputing the numbers needs PyTorch")
    W, b = (torch.nn.Parameter(torch.tensor(part)) for part in (START[:4], START[4:]))
    groups = [
        {"params": [W], "weight_decay": DECAY},
        {"params": [b], "weight_decay": DECAY if decay_biases else 0},
    ]
    optim = torch.optim
    optimizer = {
        SGD: lambda: optim.SGD(groups, lr=0.01),
        Momentum: lambda: optim.SGD(groups, lr=0.01, momentum=0.9),
        Nesterov: lambda: optim.SGD(groups, lr=0.01, momentum=0.9, nesterov=True),
        Adam: lambda: optim.Adam(groups),
        AdamW: lambda: optim.AdamW(groups),
    }[kind]()
    for _ in range(STEPS):
        for p, part in ((W, slice(4)), (b, slice(4, 6))):
            p.grad = torch.tensor(slope(p.detach().numpy(), part))
        optimizer.step()
    found = run(kind(weight_decay=DECAY, decay_biases=decay_biases), on_backend(START))
    np.testing.assert_allclose(found, [*W.tolist(), *b.tolist()], rtol=1e-12, atol=1e-12)


def test_biases_do_not_decay_unless_they_are_asked_to(backend):
    for options, decays in (({}, False), ({"decay_biases": True}, True)):
        params = {name: xpnet.asarray(np.ones(shape)) for name, shape in SHAPES.items()}
        optimizer = SGD(lr=0.5, weight_decay=0.5, **options)
        optimizer.update(
            params, {name: xpnet.asarray(0 * np.ones(s)) for name, s in SHAPES.items()}
        )
        left = {name: float(xpnet.to_numpy(array).ravel()[0]) for name, array in params.items()}
        few = 0.75 if decays else 1.0
        assert left == {"scale": few, "b": few, "W": 0.75, "kernel": 0.75}


SHAPES = {"scale": (), "b": (3,), "W": (2, 3), "kernel": (2, 3, 4)}


def test_a_number_is_no_weight(backend):
    params = {"x": 2.0}
    SGD(lr=0.5, weight_decay=0.5).update(params, {"x": 0.0})
    assert params == {"x": 2.0}


def test_float16_parameters_decay_in_float32(backend, decaying):
    narrow = on_backend(START, dtype="float16")
    wide = Parameters({n: xpnet.asarray(xpnet.to_numpy(a), "float32") for n, a in narrow.items()})
    grads = on_backend(slope(START), dtype="float16")
    for params in (narrow, wide):
        decaying(lr=0.5).update(params, grads)
    np.testing.assert_array_equal(numbers(narrow), numbers(wide).astype("float16"))


def test_padding_stays_zero(backend, decaying):
    params = on_backend(START)
    run(decaying(lr=0.1, decay_biases=True), params, 3)
    assert np.count_nonzero(xpnet.to_numpy(params.flat)) == 6


def test_a_decay_that_changes_takes_effect(backend, decaying):
    optimizer, other = decaying(lr=0.1), decaying(lr=0.1)
    changed, steady = on_backend(START), on_backend(START)
    run(optimizer, changed, 2)
    run(other, steady, 2)
    for decay, same in ((0.25, False), (0.0, False), (DECAY, True)):
        params, optimizer2 = changed.copy(), copy.deepcopy(optimizer)
        optimizer2.weight_decay = decay
        found = run(optimizer2, params, 1)
        reference = run(copy.deepcopy(other), steady.copy(), 1)
        assert np.array_equal(found[4:], reference[4:])
        assert np.array_equal(found[:4], reference[:4]) == same


def test_it_follows_the_parameters_to_another_backend(backend, elsewhere, decaying):
    moved, stayed = on_backend(START), on_backend(START)
    optimizer, other = decaying(lr=0.1), decaying(lr=0.1)
    for each, params in ((optimizer, moved), (other, stayed)):
        run(each, params, 2)
    moved.to(elsewhere)
    grads = on_backend(slope(numbers(stayed)))
    other.update(stayed, grads)
    optimizer.update(moved, grads.to(elsewhere))
    np.testing.assert_allclose(numbers(moved), numbers(stayed), rtol=1e-12)


def test_a_captured_step_is_the_plain_one(backend, decaying):
    nets, optimizers = [], []
    for _ in range(2):
        net, optimizer = TwoLayerNet(3, 4, 2, weight_init_std=1.0, seed=0), decaying(lr=0.1)
        net.grads.flat[...] = xpnet.asarray(np.ones(net.grads.flat.shape), "float32")
        optimizer.update(net.params, net.grads)
        nets.append(net)
        optimizers.append(optimizer)
    update = CapturedUpdate(optimizers[1], nets[1].params, nets[1].grads)
    update.run(xpnet.asarray(update.numbers(2), "float32"), lambda: None)
    optimizers[0].update(nets[0].params, nets[0].grads)
    for name, param in nets[0].params.items():
        found = xpnet.to_numpy(nets[1].params[name])
        np.testing.assert_array_equal(found, xpnet.to_numpy(param))
    assert update.fits(nets[1].params, nets[1].grads)


@pytest.mark.parametrize("decay", [0.0, 0.25])
def test_a_captured_step_does_not_fit_another_decay(backend, decaying, decay):
    net, optimizer = TwoLayerNet(3, 4, 2, seed=0), decaying(lr=0.1)
    optimizer.update(net.params, net.grads)
    update = CapturedUpdate(optimizer, net.params, net.grads)
    optimizer.weight_decay = decay
    assert not update.fits(net.params, net.grads)


def test_a_decay_is_shown():
    assert repr(AdamW(lr=0.1)) == "AdamW(lr=0.1, weight_decay=0.01)"
    assert repr(SGD(lr=0.1)) == "SGD(lr=0.1)"
