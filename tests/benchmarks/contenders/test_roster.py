import pytest
from contenders import CONTENDERS, Contender


@pytest.mark.parametrize("name", CONTENDERS)
def test_a_contender_is_there_or_says_how_to_get_it(name):
    assert CONTENDERS[name].absence in (
        "",
        f"{CONTENDERS[name].package} is not installed: pip install 'xpnet[contenders]'",
    )


def test_what_is_not_installed_is_absent_and_what_is_installed_is_not():
    assert "pip install 'xpnet[contenders]'" in Contender("no_such_package", None).absence
    assert Contender("numpy", None).absence == ""
