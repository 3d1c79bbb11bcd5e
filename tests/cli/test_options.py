import json

import pytest

from xpnet.cli.options import build_network, build_optimizer, check_writable, write_json
from xpnet.errors import OptionError
from xpnet.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSProp

NAMES = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}


def spread(net):
    return float(net.params["W1"].std())


def test_initial_weights_default_to_what_suits_the_network():
    common = {"seed": 0, "dtype": "float64", "pixels": 400, "classes": 10}
    assert spread(build_network([50], "relu", None, **common)) == pytest.approx(0.01, rel=0.05)
    deep = build_network([50, 20], "relu", None, **common)
    assert spread(deep) == pytest.approx((2 / 400) ** 0.5, rel=0.05)
    smooth = build_network([50], "sigmoid", None, **common)
    assert spread(smooth) == pytest.approx((1 / 400) ** 0.5, rel=0.05)
    assert spread(build_network([50], "relu", "0.3", **common)) == pytest.approx(0.3, rel=0.05)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_makes_its_optimizer_with_the_rate_given(name):
    made = build_optimizer(name, 0.25)
    assert type(made) is NAMES[name]
    assert made.lr == 0.25
    assert build_optimizer(name, 0.25) is not made


def test_the_rate_defaults_to_the_chapters_for_sgd_and_to_the_optimizers_own():
    assert build_optimizer("sgd", None).lr == 0.1
    for name in NAMES.keys() - {"sgd"}:
        assert build_optimizer(name, None).lr == NAMES[name]().lr


def test_a_rate_that_is_none_is_refused():
    for lr in (0.0, -1.0, float("nan")):
        with pytest.raises(OptionError, match="expected a number above 0"):
            build_optimizer("sgd", lr)


def test_a_path_that_cannot_be_written_is_refused_before_the_work(tmp_path):
    check_writable(None)
    check_writable("-")
    check_writable(str(tmp_path / "new.json"))
    for path in (tmp_path, tmp_path / "no" / "folder.json"):
        with pytest.raises(OptionError, match="cannot be written"):
            check_writable(str(path))


def test_what_json_lacks_is_null(tmp_path):
    write_json(str(tmp_path / "run.json"), {"losses": [1.0, float("nan"), float("inf")]})
    assert json.loads((tmp_path / "run.json").read_text()) == {"losses": [1.0, None, None]}


def test_a_failed_write_leaves_the_old_file_whole_and_nothing_beside_it(tmp_path):
    path = tmp_path / "run.json"
    write_json(str(path), {"loss": 1.0})
    with pytest.raises(TypeError, match="serializable"):
        write_json(str(path), {"loss": object()})
    assert json.loads(path.read_text()) == {"loss": 1.0}
    assert list(tmp_path.iterdir()) == [path]
