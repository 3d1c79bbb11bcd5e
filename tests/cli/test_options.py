import pytest

from xpnet.cli.options import build_network, check_writable, write_json
from xpnet.errors import OptionError


def spread(net):
    return float(net.params["W1"].std())


def test_initial_weights_default_to_what_suits_the_network():
    common = {"seed": 0, "dtype": "float64", "pixels": 400, "classes": 10}
    assert spread(build_network("50", "relu", None, **common)) == pytest.approx(0.01, rel=0.05)
    deep = build_network("50,20", "relu", None, **common)
    assert spread(deep) == pytest.approx((2 / 400) ** 0.5, rel=0.05)
    smooth = build_network("50", "sigmoid", None, **common)
    assert spread(smooth) == pytest.approx((1 / 400) ** 0.5, rel=0.05)
    assert spread(build_network("50", "relu", "0.3", **common)) == pytest.approx(0.3, rel=0.05)


def test_a_path_that_cannot_be_written_is_refused_before_the_work(tmp_path):
    check_writable(None)
    check_writable("-")
    check_writable(str(tmp_path / "new.json"))
    for path in (tmp_path, tmp_path / "no" / "folder.json"):
        with pytest.raises(OptionError, match="cannot be written"):
            check_writable(str(path))


def test_a_document_that_is_no_json_leaves_the_old_file_whole(tmp_path):
    path = tmp_path / "run.json"
    write_json(str(path), {"loss": 1.0})
    before = path.read_text()
    with pytest.raises(ValueError, match="JSON"):
        write_json(str(path), {"loss": float("nan")})
    assert path.read_text() == before
