import string

from xpnet.playground.words import WORDS


def test_each_language_has_the_same_words_and_names_the_other():
    assert WORDS["en"].keys() == WORDS["ko"].keys()
    assert [WORDS[language]["other"] for language in WORDS] == ["ko", "en"]
    for name, word in WORDS["en"].items():
        fields = [
            {f for _, f, _, _ in string.Formatter().parse(w) if f}
            for w in (word, WORDS["ko"][name])
        ]
        assert fields[0] == fields[1]
