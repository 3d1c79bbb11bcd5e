import pytest

from xpnet.bench.peers import PEERS, Peer


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_is_there_or_says_how_to_get_it(name):
    assert PEERS[name].absence in (
        "",
        f"{PEERS[name].package} is not installed: pip install 'xpnet[bench]'",
    )


def test_what_is_not_installed_is_absent_and_what_is_installed_is_not():
    assert "pip install 'xpnet[bench]'" in Peer("no_such_package", None).absence
    assert Peer("numpy", None).absence == ""
