import json

import pytest

from xpnet.cli.options import check_writable, write_json
from xpnet.errors import OptionError


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
