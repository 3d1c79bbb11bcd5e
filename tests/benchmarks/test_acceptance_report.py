"""The report of an acceptance run, from stages that a sample left in a folder."""

from __future__ import annotations

import json

import acceptance_report
import pytest
from acceptance_markdown import markdown

from xpnet.bench import Result, Results, Spread

FACTS = {"emulated": False, "gpu": "Some GPU", "cuda_runtime": "13.0", "packages": {"numpy": "2"}}
SUITE = '<testsuites><testsuite tests="10" failures="1" errors="0" skipped="2"/></testsuites>'
STEPS = [{"relative": 1e-9, "bound": 3e-7}, {"relative": 2.04e-8, "bound": 3.1e-7}]
EXACT = [{"relative": 0.0, "bound": 0.0}] * 2
CHECKS = [
    {"name": "Affine1.forward", "verdict": "ok", "worst_step": 2, "steps": STEPS},
    {"name": "Relu1.forward", "verdict": "ok", "worst_step": 1, "steps": EXACT},
]
PARITY = {
    "passed": True,
    "steps": 2,
    "first_failure": None,
    "no_bound": [],
    "network": [784, 50, 10],
    "optimizer": "sgd",
    "batch_size": 100,
    "backends": [{"name": "numpy", "device": "cpu"}, {"name": "cupy", "device": "cuda:0 (Some)"}],
    "dtypes": {"float32": {"checks": CHECKS}, "float64": {"checks": CHECKS}},
}
STEP = Result(
    *("training step", "784-50-10, batch 100", "xpnet on cupy"),
    seconds=Spread(0.000123456, 0.0001, 0.0002),
    device_seconds=Spread(0.00009, 0.00008, 0.00011),
)
LEFT_OUT = Result("training step", "784-50-10, batch 100", "JAX jit", note="jax is not installed")
TIMES = Results([STEP, LEFT_OUT], {}).document()
SMOKE = {
    "steps": 600,
    "agree": True,
    "numpy": {"device": "cpu", "test_accuracy": 0.9},
    "cupy": {"device": "cuda:0", "test_accuracy": 0.901},
}
ON_GPU = "training step on a GPU", "784-50-10, batch 100"
NUMBERS = Results(
    [
        Result(*ON_GPU, "xpnet on cupy, float32", Spread(2e-4, 1e-4, 3e-4)),
        Result(
            *ON_GPU, "PyTorch eager on cuda, float32", Spread(4e-4, 3e-4, 5e-4), Spread(0.5, 0, 1)
        ),
        Result(*ON_GPU, "JAX scan on cuda, TF32", note="failed: RuntimeError: a | b"),
    ],
    {},
).document()
REQUIRED = [stage for stage in acceptance_report.STAGES if stage not in acceptance_report.EXTRA]


@pytest.fixture
def folder(tmp_path):
    """A run in which everything passed."""
    for stage in acceptance_report.STAGES:
        (tmp_path / f"{stage}.exit").write_text("0\n")
    (tmp_path / "facts.json").write_text(json.dumps(FACTS))
    (tmp_path / "smoke.json").write_text(json.dumps(SMOKE))
    (tmp_path / "numbers.json").write_text(json.dumps(NUMBERS))
    (tmp_path / "nvidia-smi.csv").write_text("580.65.06, 81559, 80000, Some GPU, 80 GB\n")
    (tmp_path / "suite.xml").write_text(SUITE)
    (tmp_path / "benchmarks.xml").write_text(SUITE)
    (tmp_path / "parity.json").write_text(json.dumps(PARITY))
    (tmp_path / "benchmarks.json").write_text(json.dumps(TIMES))
    return tmp_path


def emulate(folder):
    (folder / "facts.json").write_text(json.dumps({**FACTS, "emulated": True}))


def assembled(folder):
    return acceptance_report.assemble(folder, "abc1234", "2030-01-02")


def test_a_run_whose_stages_all_passed_has_passed(folder):
    report = assembled(folder)
    assert report["passed"]
    assert report["device"] == "gpu"
    assert report["suite"] == {"tests": 10, "failures": 1, "errors": 0, "skipped": 2}
    assert report["nvidia_smi"]["driver_version"] == "580.65.06"
    assert report["nvidia_smi"]["name"] == "Some GPU, 80 GB"
    (time,) = report["benchmarks"]["times"]
    assert time["case"] == "xpnet on cupy"
    assert time["seconds"] == {"median": 0.000123456, "low": 0.0001, "high": 0.0002}


@pytest.mark.parametrize("stage", acceptance_report.STAGES)
def test_one_failed_stage_is_named_and_the_rest_is_still_reported(folder, stage):
    (folder / f"{stage}.exit").write_text("3\n")
    report = assembled(folder)
    assert not report["passed"]
    assert report["stages"].pop(stage) == "failed (exit 3)"
    assert set(report["stages"].values()) == {"passed"}


@pytest.mark.parametrize("stage", acceptance_report.STAGES)
def test_a_stage_that_did_not_run_is_not_passed(folder, stage):
    (folder / f"{stage}.exit").unlink()
    report = assembled(folder)
    assert not report["passed"]
    assert report["stages"][stage] == "not run"


@pytest.mark.parametrize(
    "left", ["smoke.json", "suite.xml", "parity.json", "numbers.json", "benchmarks.xml"]
)
def test_a_stage_that_ended_well_and_shows_nothing_is_no_acceptance(folder, left):
    (folder / left).unlink()
    assert not assembled(folder)["passed"]


def test_a_suite_that_options_from_outside_cut_short_is_no_acceptance(folder):
    (folder / "pytest_addopts").write_text("-k softmax\n")
    report = assembled(folder)
    assert not report["passed"]
    assert set(report["stages"].values()) == {"passed"}
    page = markdown(report)
    assert "NOT passed, at commit" in page
    assert "Not the whole suite: `PYTEST_ADDOPTS=-k softmax`" in page


def test_a_document_cut_short_counts_as_none(folder):
    (folder / "parity.json").write_text('{"passed": tr')
    assert assembled(folder)["parity"] is None


def test_an_empty_folder_makes_a_report_that_has_not_passed(tmp_path):
    report = assembled(tmp_path)
    assert not report["passed"]
    assert report["device"] == "unknown"
    for stage in ("smoke", "parity", "numbers", "suite", "benchmarks"):
        assert f"| {stage} | not run | no result |" in markdown(report)


def test_the_page_of_a_gpu_shows_counts_parity_and_times_with_spread(folder):
    page = markdown(assembled(folder))
    assert page.startswith("# Acceptance: Some GPU, 2030-01-02\n")
    assert "EMULATED" not in page
    assert "| suite | passed | 7 passed, 1 failed, 2 skipped |" in page
    assert "| parity | passed | passed, 2 steps |" in page
    assert "cupy on cuda:0 (Some) held against numpy on cpu; 784-50-10 network" in page
    assert page.count("| Affine1.forward | 2.0e-08 | 3.1e-07 | 2 | ok |") == 2
    assert page.count("| Relu1.forward | 0 | 0 | 1 | ok |") == 2
    told = "| xpnet on cupy | 123 µs (100 µs to 200 µs) | 90 µs (80 µs to 110 µs) |"
    assert f"| training step | 784-50-10, batch 100 {told}" in page
    assert "commit abc1234" in page


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"first_failure": "step 2: SGD W1: too far"}, "step 2: SGD W1: too far"),
        ({"no_bound": ["Mine1.forward", "SGD W1"]}, "no bound: Mine1.forward, SGD W1"),
    ],
)
def test_a_certificate_that_did_not_pass_says_why_on_the_page(folder, found, told):
    # JSON's null is an infinite difference, or a bound that there is none of
    wrong = {"name": "SGD W1", "verdict": "FAIL", "worst_step": 1}
    checks = [{**wrong, "steps": [{"relative": None, "bound": None}]}]
    document = {**PARITY, **found, "passed": False, "dtypes": {"float32": {"checks": checks}}}
    (folder / "parity.json").write_text(json.dumps(document))
    (folder / "parity.exit").write_text("1\n")
    page = markdown(assembled(folder))
    assert f"| parity | failed (exit 1) | {told} |" in page
    assert "| SGD W1 | - | - | 1 | FAIL |" in page


def test_an_emulated_run_says_so_everywhere_and_holds_no_times(folder):
    emulate(folder)
    report = assembled(folder)
    assert report["device"] == "EMULATED"
    assert report["benchmarks"]["times"] == []
    page = markdown(report)
    heads = [
        head
        for head, rule in zip(page.splitlines(), page.splitlines()[1:], strict=False)
        if rule.startswith("| ---")
    ]
    assert len(heads) == 5
    assert all("(EMULATED)" in head for head in heads)
    assert "EMULATED" in page.splitlines()[0]
    assert "µs" not in page


def test_times_of_an_unknown_device_are_left_out(folder):
    (folder / "facts.json").unlink()
    assert assembled(folder)["benchmarks"]["times"] == []


@pytest.mark.parametrize(("emulated", "mark"), [(False, ""), (True, "-EMULATED")])
def test_files_are_named_for_the_day_and_the_machine(folder, tmp_path, capsys, emulated, mark):
    if emulated:
        emulate(folder)
    out = tmp_path / "out"
    arguments = [str(folder), "--out", str(out), "--machine", "Big Box (2)"]
    assert acceptance_report.main(arguments) == 0
    names = sorted(path.name for path in out.iterdir())
    assert [name[10:] for name in names] == [
        f"-big-box-2-acceptance{mark}.{kind}" for kind in ("json", "md")
    ]
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert json.loads((out / names[0]).read_text())["passed"] is True


def test_the_exit_code_is_1_when_something_failed(folder, tmp_path):
    (folder / "suite.exit").write_text("1\n")
    assert acceptance_report.main([str(folder), "--out", str(tmp_path / "out")]) == 1


def test_a_stage_that_began_and_did_not_end_is_cut_off(folder):
    (folder / "suite.exit").unlink()
    (folder / "suite.log").write_text("....")
    (folder / "suite.xml").unlink()
    counts = {"tests": 4, "failures": 0, "errors": 0, "skipped": 1}
    (folder / "suite.json").write_text(json.dumps(counts))
    report = assembled(folder)
    assert not report["passed"]
    assert "| suite | cut off | 3 passed, 0 failed, 1 skipped |" in markdown(report)


def test_a_junit_file_cut_short_counts_as_none(folder):
    (folder / "suite.xml").write_text(SUITE[:40])
    assert assembled(folder)["suite"] is None


@pytest.mark.parametrize("code", [124, 137])
def test_a_stage_that_the_clock_ended_is_out_of_time(folder, code):
    (folder / "suite.exit").write_text(f"{code}\n")
    report = assembled(folder)
    assert report["stages"]["suite"] == f"out of time (exit {code})"
    assert not report["passed"]


@pytest.mark.parametrize("stage", ["sanitizer", "benchmarks"])
def test_a_run_may_pass_without_what_was_not_chosen(folder, stage):
    (folder / f"{stage}.exit").unlink()
    (folder / "benchmarks.xml").unlink()
    (folder / "benchmarks.exit").unlink(missing_ok=True)
    (folder / "chosen").write_text("smoke parity numbers suite")
    report = assembled(folder)
    assert report["stages"][stage] == "not chosen"
    assert report["passed"]
    assert f"| {stage} | not chosen |  |" in markdown(report)


@pytest.mark.parametrize("stage", REQUIRED)
def test_a_run_without_a_stage_that_matters_has_not_passed(folder, stage):
    chosen = [one for one in acceptance_report.STAGES if one != stage]
    (folder / "chosen").write_text(" ".join(chosen))
    (folder / f"{stage}.exit").unlink()
    assert not assembled(folder)["passed"]


def test_what_the_machine_lacks_is_told_and_is_no_failure(folder):
    (folder / "sanitizer.exit").write_text("not there\n")
    report = assembled(folder)
    assert report["passed"]
    assert report["stages"]["sanitizer"] == "not there"


def test_chosen_stages_that_passed_end_well_and_are_no_acceptance(folder, tmp_path):
    for stage in acceptance_report.STAGES:
        if stage not in ("install", "device", "smoke"):
            (folder / f"{stage}.exit").unlink()
    (folder / "chosen").write_text("smoke\n")
    out = tmp_path / "out"
    arguments = [str(folder), "--out", str(out), "--date", "2030-01-02"]
    assert acceptance_report.main(arguments) == 0
    document = json.loads((out / "2030-01-02-some-gpu-acceptance.json").read_text())
    assert not document["passed"]
    (folder / "pytest_addopts").write_text("-k softmax\n")
    assert acceptance_report.main(arguments) == 1


def test_tests_that_were_chosen_are_no_whole_suite(folder):
    (folder / "tests").write_text("tests/layers\n")
    report = assembled(folder)
    assert not report["passed"]
    assert acceptance_report.chosen_passed(report)
    assert "Not the whole suite: `--tests 'tests/layers'`" in markdown(report)


def test_failed_tests_are_listed(folder):
    told = "=== tests/test_a.py::test_b[cupy] (call)\nE assert 0\n=== tests/test_c.py (setup)\n"
    (folder / "failures.txt").write_text(told)
    report = assembled(folder)
    assert report["failures"] == ["tests/test_a.py::test_b[cupy] (call)", "tests/test_c.py (setup)"]
    assert "- `tests/test_a.py::test_b[cupy] (call)`" in markdown(report)


def test_numbers_of_a_gpu_stand_with_relative_speeds_and_what_failed(folder):
    page = markdown(assembled(folder))
    ours = f"| {' | '.join(ON_GPU)} | xpnet on cupy, float32 | 200 µs (100 µs to 300 µs) |  |  |  |"
    assert ours in page
    assert "PyTorch eager on cuda, float32 | 400 µs (300 µs to 500 µs) |  | 0.5 |  |" in page
    assert "JAX scan on cuda, TF32 |  |  |  | failed: RuntimeError: a \\| b |" in page
    assert "| numbers | passed | 3 rows, 2 timed |" in page


def test_numbers_of_no_gpu_hold_no_times(folder):
    emulate(folder)
    rows = assembled(folder)["numbers"]
    assert {(row["seconds"], row["relative_speed"], row["device_seconds"]) for row in rows} == {
        (None,) * 3
    }
