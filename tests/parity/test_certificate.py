import dataclasses
import json

import numpy as np

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


def test_results_that_cannot_be_compared_are_described():
    other = Difference(np.inf, 0.0, np.inf, None, "float32 against float64")
    line = "step 2: A: float32 against float64 (float32)"
    assert line in str(certificate(check("A", within(), other))).splitlines()


def test_the_table_has_a_line_for_each_check_and_fits_a_terminal():
    names = "SoftmaxWithLoss.backward", "Affine10.backward W"
    text = str(certificate(*(check(n, within(), within(), dtype=d) for n in names for d in "ab")))
    lines = text.splitlines()
    assert lines[0] == "numpy on cpu against cupy on cuda:0 (an emulated device)"
    assert len([line for line in lines if line.endswith("  ok")]) == 4
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "parity passed (2 steps)"


def test_an_exact_operation_detects_any_error():
    exact = Difference(0.0, 0.0, 0.0, 0.0)
    row = next(
        line for line in str(certificate(check("Relu1", exact))).splitlines() if "ok" in line
    )
    assert str(certificate(check("Relu1", exact))).endswith("parity passed (1 step)")
    assert row.split() == ["Relu1", "0", "0", "1", "any", "1.0e-08", "ok"]


def test_a_certificate_iterates_over_its_checks():
    checks = check("A", within()), check("A", within(), dtype="float64")
    found = certificate(*checks)
    assert list(found) == list(checks)
    assert len(found) == 2
    assert found.dtypes == ["float32", "float64"]


def test_the_repr_is_short_however_many_steps_there_are():
    found = certificate(check("A", *[within()] * 1000), check("B", *[within()] * 1000))
    assert repr(found) == "Certificate(passed, numpy and cupy, 1000 steps, 2 checks)"
    failed = certificate(check("A", OUTSIDE))
    assert repr(failed) == "Certificate(NOT PASSED, numpy and cupy, 1 step, 1 check)"


def test_a_notebook_shows_a_table_for_each_dtype_and_the_lines_around_it():
    found = certificate(check("<A>", OUTSIDE), check("B", within(), dtype="float64"))
    html = found._repr_html_()
    assert html.startswith("<p>numpy on cpu against cupy on cuda:0 (an emulated device)</p><table>")
    assert html.count("<table>") == 2
    assert "<tr><td>&lt;A&gt;</td><td>1.0e-03</td>" in html
    assert "<p>step 1: &lt;A&gt;: largest relative difference 1.0e-03" in html
    assert html.endswith("<p>parity NOT PASSED (1 step)</p>")
    assert "<A>" not in html


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


def test_tf32_is_said_in_a_line_and_in_json():
    plain = certificate(check("A", within()))
    fast = dataclasses.replace(plain, matmul_precision="tf32")
    line = "products in float32 may be computed in TF32, and bounds allow for it"
    assert line in str(fast).splitlines()
    assert line in fast._repr_html_()
    assert "TF32" not in str(plain)
    assert [c.as_dict()["matmul_precision"] for c in (plain, fast)] == ["float32", "tf32"]


def test_the_expected_drift_grows_with_the_steps():
    found = certificate(check("A", *[within()] * 3), check("B", *[within()] * 3))
    np.testing.assert_allclose(found.expected_drift("float32"), [4.8e-7, 9.6e-7, 14.4e-7])
