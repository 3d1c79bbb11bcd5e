import string

from xpnet.graph.player import WORDS


def test_each_language_has_the_same_words():
    assert set(WORDS) == {"en", "ko"}
    assert WORDS["en"].keys() == WORDS["ko"].keys()
    for name, word in WORDS["en"].items():
        fields = [field for _, field, _, _ in string.Formatter().parse(word) if field]
        korean = [field for _, field, _, _ in string.Formatter().parse(WORDS["ko"][name]) if field]
        assert sorted(fields) == sorted(korean)
