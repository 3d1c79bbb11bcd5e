import numpy as np
import pytest

from xpnet.report.confusion import confusion_matrix, confusion_table, frequent_confusions
from xpnet.report.predictions import Predictions


def predictions(labels, given, names):
    labels, given = np.array(labels), np.array(given)
    return Predictions(labels, given, np.ones(len(labels)), tuple(names))


def test_rows_are_true_classes_and_columns_those_that_were_given():
    found = confusion_matrix(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), 3)
    assert found.tolist() == [[2, 1, 0], [0, 1, 0], [0, 0, 0]]


def test_shades_are_shares_of_a_class_and_roots_of_mistakes():
    table = confusion_table(predictions([0] * 8 + [1] * 2, [0] * 4 + [1] * 4 + [1, 0], "ab"))
    (name, (right, wrong)), (_, (other, _)) = table.rows
    assert (name, table.heads) == ("a", ["a", "b"])
    assert (right.count, right.right, right.shade) == (4, True, 0.5)
    assert (wrong.count, wrong.right, wrong.shade) == (4, False, 1)
    assert (other.count, other.right, other.shade) == (1, False, 0.5)


def test_a_class_without_rows_and_a_table_without_mistakes_have_no_shade():
    table = confusion_table(predictions([0], [0], "ab"))
    assert [[cell.shade for cell in cells] for _, cells in table.rows] == [[1, 0], [0, 0]]


def test_long_names_are_numbered_in_the_heads():
    table = confusion_table(predictions([0], [0], ["Ankle boot", "Bag"]))
    assert table.heads == ["0", "1"]
    assert [side for side, _ in table.rows] == ["0 Ankle boot", "1 Bag"]


@pytest.mark.parametrize(("classes", "shown"), [(20, True), (21, False)])
def test_only_few_classes_have_a_table(classes, shown):
    found = confusion_table(predictions([0], [1], map(str, range(classes))))
    assert (found is not None) is shown


def test_the_most_frequent_confusions_come_first():
    found = frequent_confusions(predictions([0, 2, 2, 2, 1], [1, 1, 1, 2, 1], "abc"))
    assert [(one.true, one.given, one.count, one.rows) for one in found] == [
        ("c", "b", 2, 3),
        ("a", "b", 1, 1),
    ]


def test_of_very_many_classes_at_most_twenty_confusions_are_found():
    classes = 1_000_000  # a matrix of all pairs would not fit in memory
    labels = np.arange(30)
    found = frequent_confusions(predictions(labels, labels + 1, list(map(str, range(classes)))))
    assert len(found) == 20


def test_without_mistakes_there_are_no_confusions():
    assert frequent_confusions(predictions([0, 1], [0, 1], "ab")) == []
