"""state_dict and load_state_dict: PyTorch's keys and shapes, there and back."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.errors import ArgumentTypeError, CheckpointError
from xpnet.layers import Affine, Layer, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet


class Scale(Layer):
    rowwise = True

    def __init__(self, slope):
        self.add_params(slope=slope)

    def forward(self, x):
        return x * self.params["slope"]

    def backward(self, dout):
        return dout


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="the other side is PyTorch")


def test_keys_and_shapes_are_pytorchs(backend):
    net = MultiLayerNet(4, [3], 2, activation="sigmoid", seed=0)
    state = net.state_dict()
    assert {key: a.shape for key, a in state.items()} == {
        "0.weight": (3, 4),
        "0.bias": (3,),
        "2.weight": (2, 3),
        "2.bias": (2,),
    }
    np.testing.assert_array_equal(state["0.weight"].T, xpnet.to_numpy(net.params["W1"]))


def test_values_are_contiguous_copies_on_the_host(backend):
    net = TwoLayerNet(4, 3, 2, seed=0)
    for array in net.state_dict().values():
        assert type(array) is np.ndarray
        assert array.flags.c_contiguous
        array[...] = 9
    assert float(abs(net.params.flat).max()) < 1


def test_parameters_of_ones_own_layers_keep_name_and_shape(backend):
    ones = [xpnet.asarray(np.ones(shape)) for shape in ((2, 3), 3, (1, 3))]
    net = Network([Affine(*ones[:2]), Scale(ones[2])], SoftmaxWithLoss())
    assert net.state_dict()["1.slope"].shape == (1, 3)
    net.load_state_dict({**net.state_dict(), "1.slope": np.full((1, 3), 5.0)})
    assert net.params["slope1"].tolist() == [[5, 5, 5]]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_network_is_filled_by_anothers_state_in_its_own_dtype(backend, dtype):
    net, other = TwoLayerNet(4, 3, 2, seed=0), TwoLayerNet(4, 3, 2, seed=1)
    other.load_state_dict({k: a.astype(dtype) for k, a in net.state_dict().items()})
    assert other.params.flat.dtype == net.params.flat.dtype
    np.testing.assert_allclose(
        xpnet.to_numpy(other.params.flat), xpnet.to_numpy(net.params.flat), atol=1e-4
    )


WRONG = {
    "missing": ({"0.weight": None}, "missing 0.weight, unexpected none"),
    "unexpected": ({"3.bias": np.ones(2)}, "missing none, unexpected 3.bias"),
    "shape": ({"2.weight": np.ones((3, 2))}, r"2.weight to be floats of shape \(2, 3\), got"),
    "integers": ({"2.bias": np.ones(2, int)}, r"2.bias to be floats .* got int64"),
    "NaN": ({"2.bias": np.array([1, np.nan])}, "2.bias to be numbers, got NaN"),
    "too large": ({"2.bias": np.array([1, -1e300])}, r"2.bias to be at most 3.4e\+38"),
    "words": ({"2.bias": np.array(["a", "b"])}, "2.bias: asarray: got an array of <U1"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_does_not_fit_is_one_error_and_changes_nothing(backend, kind):
    change, told = WRONG[kind]
    net = TwoLayerNet(4, 3, 2, seed=0)
    before = xpnet.to_numpy(net.params.flat).copy()
    state = {key: a + 1 for key, a in net.state_dict().items()} | change
    with pytest.raises(CheckpointError, match=f"^load_state_dict: .*{told}"):
        net.load_state_dict({key: a for key, a in state.items() if a is not None})
    np.testing.assert_array_equal(xpnet.to_numpy(net.params.flat), before)


def test_only_a_mapping_is_a_state():
    with pytest.raises(ArgumentTypeError, match="got a list, expected a mapping"):
        TwoLayerNet(4, 3, 2).load_state_dict([1])


def sequential(torch):
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3))


def assert_same_scores(torch, module, net):
    x = np.random.default_rng(0).normal(size=(7, 6)).astype("float32")
    with torch.no_grad():
        theirs = module(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(xpnet.to_numpy(net.predict(xpnet.asarray(x))), theirs, atol=1e-6)


def test_pytorch_takes_the_file_and_computes_the_same(backend, torch, tmp_path):
    from safetensors.numpy import save_file
    from safetensors.torch import load_file

    net, module = TwoLayerNet(6, 5, 3, "he", seed=0), sequential(torch)
    save_file(net.state_dict(), tmp_path / "net.safetensors")
    module.load_state_dict(load_file(tmp_path / "net.safetensors"))
    assert_same_scores(torch, module, net)


def test_pytorchs_state_and_file_fill_a_network(backend, torch, tmp_path):
    from safetensors.numpy import load_file
    from safetensors.torch import save_file

    module = sequential(torch)
    save_file(module.state_dict(), tmp_path / "module.safetensors")
    for state in (module.state_dict(), load_file(tmp_path / "module.safetensors")):
        net = TwoLayerNet(6, 5, 3, seed=0)
        net.load_state_dict(state)
        assert_same_scores(torch, module, net)


def test_a_tensor_of_bfloat16_is_refused_by_its_key(torch):
    net = TwoLayerNet(6, 5, 3, seed=0)
    state = {key: torch.from_numpy(a).bfloat16() for key, a in net.state_dict().items()}
    with pytest.raises(CheckpointError, match=r"0.weight: .*bfloat16.*x\.float\(\)"):
        net.load_state_dict(state)


def normalised(torch):
    torch.manual_seed(0)
    module = torch.nn.Sequential(
        torch.nn.Linear(6, 5), torch.nn.BatchNorm1d(5), torch.nn.ReLU(), torch.nn.Linear(5, 3)
    )
    with torch.no_grad():
        module(3 * torch.randn(50, 6) + 1)  # moves the running mean and variance
    return module.eval()


def test_batch_normalisation_is_handed_over_with_its_running_mean_and_variance(backend, torch):
    net, module = MultiLayerNet(6, [5], 3, batch_norm=True, seed=0), normalised(torch)
    assert set(module.state_dict()) - set(net.state_dict()) == {"1.num_batches_tracked"}
    net.load_state_dict(module.state_dict())
    assert_same_scores(torch, module, net)
    other = torch.nn.Sequential(
        torch.nn.Linear(6, 5), torch.nn.BatchNorm1d(5), torch.nn.ReLU(), torch.nn.Linear(5, 3)
    )
    state = {key: torch.from_numpy(array) for key, array in net.state_dict().items()}
    other.load_state_dict(state)
    assert_same_scores(torch, other.eval(), net)


def test_dropout_has_no_state_in_pytorch_and_none_here(backend, torch):
    net = MultiLayerNet(6, [5], 3, dropout=0.5, seed=0)
    module = torch.nn.Sequential(
        torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(5, 3)
    ).eval()
    net.load_state_dict(module.state_dict())
    assert set(module.state_dict()) == set(net.state_dict())
    assert_same_scores(torch, module, net)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"1.running_var": None}, "missing 1.running_var"),
        ({"1.running_mean": np.ones(4)}, r"1.running_mean to be floats of shape \(5,\)"),
        ({"1.running_mean": np.full(5, np.nan)}, "1.running_mean to be numbers, got NaN"),
    ],
)
def test_a_buffer_that_does_not_fit_changes_nothing(backend, change, told):
    net = MultiLayerNet(6, [5], 3, batch_norm=True, seed=0)
    before = {n: xpnet.to_numpy(a).copy() for n, a in {**net.params, **net.buffers}.items()}
    state = {key: array + 1 for key, array in net.state_dict().items()} | change
    with pytest.raises(CheckpointError, match=told):
        net.load_state_dict({key: a for key, a in state.items() if a is not None})
    for name, array in {**net.params, **net.buffers}.items():
        np.testing.assert_array_equal(xpnet.to_numpy(array), before[name])
