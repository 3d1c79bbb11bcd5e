import pytest

from xpnet.gradient.report import Entry, GradientReport, ParameterCheck


def check(name="W1", passed=True, kinks=(), unchecked=0):
    worst = Entry((3, 1), 0.25, 0.5)
    return ParameterCheck(
        name, 1e-10, 2e-10, 3e-10, 1e-10, 2e-10, 0.5, worst, tuple(kinks), unchecked, 8, passed
    )


def report(*checks, problems=()):
    return GradientReport(tuple(checks), tuple(problems), 1e-4, "float64")


def test_all_parameters_passing_is_a_pass():
    passed = report(check("W1"), check("b1"))
    assert passed.passed
    assert passed
    assert str(passed).endswith("gradient check passed (float64, h = 0.0001)")


def test_one_failing_parameter_fails_and_its_worst_entry_is_printed():
    failed = report(check("W1"), check("b1", passed=False))
    assert not failed
    assert "b1: worst entry [3, 1] backprop 0.25, numerical 0.5" in str(failed)
    assert "W1: worst" not in str(failed)
    assert "gradient check FAILED" in str(failed)


def test_a_problem_fails_and_is_printed():
    failed = report(check(), problems=["Relu1: backward overwrites the gradient it was given"])
    assert not failed.passed
    assert "Relu1: backward overwrites" in str(failed)


def test_kinks_are_listed_and_long_lists_are_cut():
    kinks = [Entry((k, 7), 0.0, 0.5) for k in range(5)]
    text = str(report(check(kinks=kinks)))
    assert (
        "W1: 5 entries sit on a kink of the loss: W1[0, 7], W1[1, 7], W1[2, 7] and 2 more" in text
    )
    assert "1 entry sits on a kink of the loss: W1[0, 7]\n" in str(report(check(kinks=kinks[:1])))


@pytest.mark.parametrize(
    ("unchecked", "told"),
    [(1, "1 has no derivative and was not"), (2, "2 have no derivative and were not")],
)
def test_kinks_without_a_derivative_are_counted(unchecked, told):
    kinks = [Entry((k,), 0.0, 0.5) for k in range(2)]
    assert f"; {told} checked" in str(report(check(kinks=kinks, unchecked=unchecked)))


def test_a_parameter_is_found_by_name():
    assert report(check("W1"), check("b1"))["b1"].name == "b1"
    with pytest.raises(KeyError, match="checked were W1"):
        report(check("W1"))["W9"]


def test_columns_are_aligned():
    lines = str(report(check("W1"), check("long name"))).splitlines()
    assert lines[0].index("budget") == lines[1].index("3.00e-10") == lines[2].index("3.00e-10")


def test_a_report_of_nothing_is_no_pass():
    assert not report().passed
