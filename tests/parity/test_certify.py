import numpy as np
import pytest

import xpnet
from xpnet.backends import load_backend
from xpnet.errors import (
    BackendError,
    DataError,
    NonFiniteLossError,
    OptionError,
    ShapeError,
)
from xpnet.layers import Affine, Layer, Relu, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet
from xpnet.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp
from xpnet.parity import Bound, LayerRule, certify


@pytest.fixture
def net():
    with xpnet.use_backend("numpy"):
        return TwoLayerNet(12, 8, 3, weight_init_std="he", seed=0)


def networks():
    with xpnet.use_backend("numpy"):
        return {
            "two layers": TwoLayerNet(12, 8, 3, weight_init_std="he", seed=0),
            "sigmoids": MultiLayerNet(12, [9, 7], 3, activation="sigmoid", seed=0),
            "regression": MultiLayerNet(12, [], 3, seed=0),
            "relu first": Network(
                {"open": Relu(), "map": Affine(np.full((12, 3), 0.1), np.zeros(3))},
                SoftmaxWithLoss(),
            ),
        }


@pytest.mark.parametrize("kind", ["two layers", "sigmoids", "regression", "relu first"])
def test_right_backends_pass_in_both_dtypes(second, data, kind):
    certificate = certify(networks()[kind], data, ("numpy", second), steps=3, batch_size=20)
    assert certificate.passed, str(certificate)
    assert {check.dtype for check in certificate.checks} == {"float32", "float64"}
    # the second sums in another order, so some results differ, within their bounds
    assert any(found.relative > 0 for check in certificate.checks for found in check.differences)


@pytest.mark.parametrize("optimizer", [SGD, Momentum, AdaGrad, RMSProp, Adam])
def test_every_optimizer_passes(second, data, net, optimizer):
    options = {"optimizer": optimizer(lr=0.05), "steps": 4, "batch_size": 20}
    certificate = certify(net, data, ("numpy", second), **options)
    assert certificate.passed, str(certificate)
    names = {check.name for check in certificate.checks}
    assert {f"{optimizer.__name__} W1", f"{optimizer.__name__} b2"} <= names
    assert {f"{optimizer.__name__}.{slot} W2" for slot in optimizer.rule.state} <= names


def test_either_backend_may_come_first(second, data, net):
    assert certify(net, data, (second, "numpy"), steps=2, batch_size=20)


def test_a_backend_that_is_more_exact_passes(wide, data, net):
    assert certify(net, data, ("numpy", wide), steps=3, batch_size=20)


def test_rows_of_labels_and_pixels_with_a_scale_pass(second, net):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (30, 12)).astype("uint8")
    rows = rng.dirichlet(np.ones(3), 30)
    assert certify(net, (pixels, rows), ("numpy", second), batch_size=10, scale=1 / 255)


def test_a_backend_does_not_differ_from_itself(backend, data, net):
    certificate = certify(net, data, (backend.name, backend.name), steps=3, batch_size=20)
    assert certificate.passed
    for check in certificate.checks:
        assert {found.relative for found in check.differences} == {0}
        assert set(check.drift) == {0}


def test_every_operation_of_a_step_is_a_check(second, data, net):
    certificate = certify(net, data, ("numpy", second), dtypes=["float32"], batch_size=20, steps=2)
    names = [check.name for check in certificate.checks]
    assert [name for name in names if not name.startswith("captured ")] == [
        *["batch x", "batch t"],
        *["Affine1.forward", "Relu1.forward", "Affine2.forward", "SoftmaxWithLoss.forward"],
        *["SoftmaxWithLoss.backward"],
        *["Affine2.backward", "Affine2.backward W", "Affine2.backward b", "Relu1.backward"],
        *["Affine1.backward", "Affine1.backward W", "Affine1.backward b"],
        *["SGD W1", "SGD b1", "SGD W2", "SGD b2"],
    ]
    for check in certificate.checks:
        assert len(check.differences) == len(check.drift) == 2


def test_the_network_the_optimizer_and_the_data_stay_as_they_are(second, data, net):
    before, x = net.params.flat.copy(), data[0].copy()
    optimizer = SGD(lr=0.5)
    certify(net, data, ("numpy", second), optimizer=optimizer, batch_size=20)
    np.testing.assert_array_equal(net.params.flat, before)
    np.testing.assert_array_equal(data[0], x)
    assert (optimizer.steps, net.backend.name, str(net.dtype)) == (0, "numpy", "float32")


def test_a_relu_whose_mask_differs_between_backends_is_drift_and_no_failure(wide, net, monkeypatch):
    backend = load_backend(wide)
    right = backend.matmul

    def a_little_above(a, b, out=None):
        # by less than rounding explains; 12 is the width of the first product alone
        return right(a, b, out) + (2**-24 if a.shape[1] == 12 else 0)

    monkeypatch.setattr(backend, "matmul", a_little_above)
    net.params["W1"] = np.tile([[1], [-1]], (6, 8)).astype("float32")
    x, t = np.ones((30, 12), "float32"), np.arange(30) % 3  # x @ W1 is 0 exactly
    certificate = certify(net, (x, t), ("numpy", wide), dtypes=["float32"], batch_size=10)
    assert certificate.passed, str(certificate)
    drift = {check.name: check.drift[0] for check in certificate.checks}
    assert drift["Relu1.backward"] == np.inf  # all inputs are 0 on the first, above 0 on the second


# --- TF32 ------------------------------------------------------------------------------------


def test_products_in_tf32_are_within_the_bounds_of_tf32(coarse, net, data, tf32):
    certificate = certify(net, data, ("numpy", coarse), batch_size=20)
    assert certificate.passed, str(certificate)
    assert certificate.matmul_precision == "tf32"


def test_products_in_tf32_are_beyond_the_bounds_of_float32(coarse, net, data):
    certificate = certify(net, data, ("numpy", coarse), batch_size=20)
    names = {check.name.split(".")[0] for _, check in certificate.failures}
    assert names == {"Affine1", "Affine2"}
    assert {check.dtype for _, check in certificate.failures} == {"float32"}
    assert certificate.matmul_precision == "float32"


def test_only_the_bounds_of_products_are_wider_in_tf32(coarse, net, data, tf32):
    certificate = certify(net, data, ("numpy", coarse), steps=1, batch_size=20)
    xpnet.set_matmul_precision("float32")
    plain = certify(net, data, ("numpy", coarse), steps=1, batch_size=20)
    wider = {
        check.name
        for check, before in zip(certificate, plain, strict=True)
        if check.differences[0].bound != before.differences[0].bound
    }
    assert all(name.startswith("Affine") and not name.endswith(" b") for name in wider)
    assert wider >= {"Affine1.forward", "Affine2.backward", "Affine1.backward W"}


def test_tf32_changes_nothing_where_no_backend_has_it(net, data, tf32):
    certificate = certify(net, data, ("numpy", "numpy"), steps=1, batch_size=20)
    assert certificate.matmul_precision == "float32"
    assert certificate.as_dict()["matmul_precision"] == "float32"


# --- layers and optimizers without a rule ---------------------------------------------------


class Double(Layer):
    rowwise = True

    def forward(self, x):
        return 2 * x

    def backward(self, dout):
        return 2 * dout


class MyAffine(Affine):
    """A subclass may compute in another way, so it has no rule."""


class MySGD(SGD):
    pass


DOUBLE = LayerRule(
    forward=lambda params, x: Bound(abs(2 * x), 0),
    backward=lambda params, dout, x: {"dx": Bound(abs(2 * dout), 0)},
)


def with_double():
    affine = Affine(np.full((12, 3), 0.1), np.zeros(3))
    return Network([Double(), affine], SoftmaxWithLoss())


def with_two_maps():
    maps = [Affine(np.full((12, 4), 0.1), np.zeros(4)), Double()]
    return Network([*maps, Affine(np.ones((4, 3)), np.zeros(3))], SoftmaxWithLoss())


def test_a_custom_layer_is_compared_but_not_passed(second, data):
    certificate = certify(with_two_maps(), data, ("numpy", second), batch_size=20, steps=1)
    assert not certificate.passed
    assert certificate.failures == []
    assert certificate.without_bound == ["Double1.forward", "Double1.backward"]
    assert "not certified, without a bound: Double1.forward" in str(certificate)


def test_a_subclass_does_not_inherit_the_rule_of_its_parent(second, data):
    net = Network([MyAffine(np.full((12, 3), 0.1), np.zeros(3))], SoftmaxWithLoss())
    certificate = certify(
        net, data, ("numpy", second), optimizer=MySGD(lr=0.1), batch_size=20, steps=1
    )
    assert "MyAffine1.forward" in certificate.without_bound
    assert "MyAffine1.backward W" in certificate.without_bound
    assert "MySGD W1" in certificate.without_bound


def test_a_custom_rule_certifies_it(second, data):
    options = {"batch_size": 20, "steps": 2, "rules": {Double: DOUBLE}}
    assert certify(with_two_maps(), data, ("numpy", second), **options)


def test_layers_before_the_first_parameters_compute_no_gradient(second, data):
    rules = {Double: DOUBLE}
    found = certify(with_double(), data, ("numpy", second), batch_size=20, rules=rules)
    assert found.passed
    assert "Double1.backward" not in {check.name for check in found.checks}


def test_a_mistake_in_a_custom_layer_is_found_by_its_rule(second, data, monkeypatch):
    right = Double.forward

    def wrong_on_the_second(self, x):
        return right(self, x) * (1 if type(x) is np.ndarray else 1.001)

    monkeypatch.setattr(Double, "forward", wrong_on_the_second)
    rules = {Double: DOUBLE}
    found = certify(with_two_maps(), data, ("numpy", second), batch_size=20, rules=rules)
    assert {check.name for _, check in found.failures} == {"Double1.forward"}


# --- invalid arguments ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"backends": "numpy"}, OptionError, "backends: expected two names"),
        ({"backends": ("numpy",)}, OptionError, "backends: expected two names"),
        ({"backends": ("numpy", "abacus")}, BackendError, "unknown backend 'abacus'"),
        ({"steps": 0}, OptionError, "steps: expected a whole number from 1 on, got 0"),
        ({"steps": 10**20}, OptionError, "steps=10+: needs more than the"),
        ({"batch_size": 0}, OptionError, "batch_size: expected a whole number from 1 on, got 0"),
        ({"batch_size": 61}, OptionError, "batch_size=61: expected at most the 60 rows"),
        ({"dtypes": ["float16"]}, OptionError, "dtypes: expected a list of 'float32', 'float64'"),
        ({"dtypes": "float32"}, OptionError, "dtypes: expected a list of 'float32', 'float64'"),
        ({"dtypes": []}, OptionError, "dtypes: expected a list of 'float32', 'float64'"),
        ({"optimizer": SGD}, OptionError, "optimizer: expected an object, such as"),
        ({"data": np.ones(3)}, DataError, "expected a pair"),
        ({"data": (np.ones((5, 12)), np.ones(4, int))}, ShapeError, "as many labels as rows"),
    ],
)
def test_invalid_arguments_are_refused(data, net, options, error, message):
    options = {"data": data, "backends": ("numpy", "numpy"), "batch_size": 5, **options}
    with pytest.raises(error, match=message):
        certify(net, options.pop("data"), **options)


def test_an_optimizer_that_has_taken_steps_is_refused(data, net):
    optimizer = Momentum()
    optimizer.update(net.params, net.grads)
    with pytest.raises(OptionError, match=r"expected a new one, got .*, which has taken steps"):
        certify(net, data, ("numpy", "numpy"), optimizer=optimizer, batch_size=5)


def test_training_that_diverges_certifies_nothing(data, net):
    with pytest.raises(NonFiniteLossError, match="nothing can be compared") as caught:
        certify(net, data, ("numpy", "numpy"), optimizer=SGD(lr=1e30), batch_size=5)
    assert caught.value.iteration == 2
