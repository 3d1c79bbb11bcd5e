import json
import subprocess
import sys
from pathlib import Path

import acceptance_facts
import pytest
from acceptance_facts import version_of

import xpnet
from xpnet.machine import cores, processor

SCRIPT = Path(acceptance_facts.__file__)


@pytest.mark.parametrize(("number", "version"), [(13000, "13.0"), (12090, "12.9"), (11080, "11.8")])
def test_versions_are_read_as_cuda_writes_them(number, version):
    assert version_of(number) == version


@pytest.mark.emulated
def test_facts_name_device_machine_and_versions():
    facts = json.loads(json.dumps(acceptance_facts.facts()))
    assert facts["emulated"]
    assert facts["gpu"]
    assert (facts["cpu"], facts["cores"]) == (processor(), cores())
    assert facts["packages"]["numpy"]


@pytest.mark.skipif(xpnet.available_backends()["cupy"] == "ok", reason="there is a device")
def test_without_a_device_it_says_why_in_one_line(python):
    ran = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr.count("\n") == 1
