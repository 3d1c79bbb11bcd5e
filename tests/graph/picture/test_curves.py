import math

import pytest

from xpnet.graph.picture.curves import angles, bend, level


def test_a_line_alone_enters_from_the_left():
    assert angles([-3.0]) == [0.0]
    assert angles([]) == []


def test_lines_enter_in_the_order_of_their_heights():
    rises = [2.0, 0.0, -1.0, 1.0, -2.0]
    found = angles(rises)
    assert found[1] == 0
    by_rise = [angle for _, angle in sorted(zip(rises, found, strict=True))]
    assert by_rise == sorted(by_rise)
    assert len(set(found)) == 5
    assert max(map(abs, found)) < math.pi / 2


def test_a_curve_ends_where_it_should_and_enters_at_its_angle():
    angle = math.pi / 6
    *_, (x, y), end = bend((0, 0), (2, 1), angle)
    assert end == (2, 1)
    assert math.atan2(y - 1, 2 - x) == pytest.approx(angle)


def test_a_level_line_is_level():
    assert {y for _, y in level((0, 1), 5)} == {1}
