import json

import numpy as np
import pytest

from xpnet.parity import Certificate, Check, Difference


def within(relative=1e-8, bound=2.4e-7):
    return Difference(relative, bound, relative / bound, 5e-7)


OUTSIDE = Difference(1e-3, 2.4e-7, 1e-3 / 2.4e-7, 5e-7)
UNKNOWN = Difference(0.0, None, 0.0, None)


def check(name, *differences, dtype="float32"):
    return Check(dtype, name, list(differences), [1e-8] * len(differences))


def certificate(*checks):
    devices = "cpu", "cuda:0 (an emulated device)"
    return Certificate(("numpy", "cupy"), devices, len(checks[0].differences), checks)


def test_it_passes_when_everything_has_a_bound_and_is_within():
    right, wrong = check("A", within()), check("B", OUTSIDE)
    assert certificate(right)
    assert not certificate(right, wrong)
    assert not certificate(right, check("C", UNKNOWN))


def test_the_first_failure_is_the_earliest_step_and_then_the_earliest_operation():
    found = certificate(
        check("A", within(), within(), OUTSIDE),
        check("B", within(), OUTSIDE, OUTSIDE),
        check("C", within(), OUTSIDE, within()),
        check("D", OUTSIDE, within(), within(), dtype="float64"),
    )
    order = [(step, check.name) for step, check in found.failures]
    assert order == [(2, "B"), (2, "C"), (3, "A"), (3, "B"), (1, "D")]
    line = "step 2: B: largest relative difference 1.0e-03, bound 2.4e-07 (float32)"
    assert found.as_dict()["first_failure"] == line
    assert line in str(found).splitlines()
    assert str(found).splitlines()[-1] == "parity NOT PASSED (3 steps)"


def test_results_that_are_unlike_are_named_in_words():
    other = Difference(np.inf, 0.0, np.inf, None, "float32 against float64")
    line = "step 2: A: float32 against float64 (float32)"
    assert line in str(certificate(check("A", within(), other))).splitlines()


def test_the_worst_step_is_worst_for_its_own_bound():
    assert check("A", within(1e-7), within(2e-8, bound=3e-8), within(9e-8)).worst == 2
    assert check("A", within(), within()).worst == 1


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        ([within(), within()], "ok"),
        ([within(), OUTSIDE], "FAIL"),
        ([UNKNOWN, UNKNOWN], "no bound"),
        ([UNKNOWN, OUTSIDE], "FAIL"),
    ],
)
def test_verdicts(differences, verdict):
    assert check("A", *differences).verdict == verdict


def test_the_table_has_a_line_for_each_check_and_fits_a_terminal():
    names = "SoftmaxWithLoss.backward", "Affine10.backward W"
    text = str(certificate(*(check(n, within(), within(), dtype=d) for n in names for d in "ab")))
    lines = text.splitlines()
    assert lines[0] == "numpy on cpu against cupy on cuda:0 (an emulated device)"
    assert len([line for line in lines if line.endswith("  ok")]) == 4
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "parity passed (2 steps)"


def test_what_cannot_differ_finds_any_error():
    exact = Difference(0.0, 0.0, 0.0, 0.0)
    row = next(
        line for line in str(certificate(check("Relu1", exact))).splitlines() if "ok" in line
    )
    assert str(certificate(check("Relu1", exact))).endswith("parity passed (1 step)")
    assert row.split() == ["Relu1", "0", "0", "1", "any", "1.0e-08", "ok"]


def test_json_holds_every_step_and_says_what_is_emulated():
    found = certificate(check("A", within(), OUTSIDE), check("B", UNKNOWN, UNKNOWN))
    document = json.loads(json.dumps(found.as_dict()))
    assert [place["emulated"] for place in document["backends"]] == [False, True]
    assert document["backends"][1]["device"] == "cuda:0 (an emulated device)"
    assert (document["steps"], document["passed"], document["no_bound"]) == (2, False, ["B"])
    first, second = document["dtypes"]["float32"]["checks"]
    assert first["name"] == "A"
    assert first["worst_step"] == 2
    assert first["steps"][1] == {**vars(OUTSIDE), "drift": 1e-8}
    assert second["verdict"] == "no bound"


def test_the_yardstick_grows_by_steps():
    found = certificate(check("A", *[within()] * 3), check("B", *[within()] * 3))
    np.testing.assert_allclose(found.yardstick("float32"), [4.8e-7, 9.6e-7, 14.4e-7])
