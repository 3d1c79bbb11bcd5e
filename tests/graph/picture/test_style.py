import re

import pytest

from xpnet.graph.picture import DARK, LIGHT, style_sheet


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_and_lines_have_contrast(colours):
    for name in ("ink", "soft", "forward", "backward"):
        assert contrast(colours[name], colours["page"]) > 4.5
    assert contrast(colours["line"], colours["page"]) > 3
    assert contrast(colours["ink"], colours["shape"]) > 4.5


def test_every_rule_is_about_a_graph_alone():
    sheet = re.sub(r"\{[^}]*\}", "{}", style_sheet(LIGHT))
    rules = [rule.strip() for rule in sheet.split("{}") if rule.strip()]
    assert rules
    assert all(rule == ".xpnet-graph" or rule.startswith(".xpnet-graph ") for rule in rules)


def test_both_sets_of_colours_have_the_same_names_and_each_is_used():
    assert LIGHT.keys() == DARK.keys()
    sheet = style_sheet({name: f"<{name}>" for name in LIGHT})
    # a player marks by the two fills what is at work
    assert set(re.findall(r"<(\w+)>", sheet)) == set(LIGHT) - {"forward_fill", "backward_fill"}
