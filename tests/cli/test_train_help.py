"""The help of ``xpnet train``: every option once, in lines of a terminal."""

from collections import Counter

import pytest
from typer.main import get_command

from xpnet.cli import app
from xpnet.cli.train_help import GROUPS


def test_every_option_is_in_one_group():
    train = get_command(app).commands["train"]
    names = Counter(name for names in GROUPS.values() for name in names)
    assert names == Counter(["help", *(param.name for param in train.params)])


@pytest.mark.one_backend
def test_the_groups_are_headings_of_lines_of_80_letters(xpnet_command):
    ran = xpnet_command("train", "--help", env={"COLUMNS": "80"})
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert [line[:-1] for line in lines if line.endswith(":") and line[0] != " "] == list(GROUPS)
    assert max(map(len, lines)) <= 80
    told = {line[2:30].rstrip(): line[30:] for line in lines if line.startswith("  --")}
    assert told["--dropout <float>"] == "Share of the hidden units that each training"
    assert told["--schedule constant|step|cos"] == "ine"  # longer flags have a line of their own
