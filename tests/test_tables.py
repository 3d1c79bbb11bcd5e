from html.parser import HTMLParser

from xpnet.tables import html_paragraphs, html_table, text_table

ROWS = [("name", "size"), ("W1", "12"), ("b", "3")]


class Elements(HTMLParser):
    """The elements of a fragment in order, each with its text."""

    def __init__(self, fragment):
        super().__init__()
        self.found, self.open = [], []
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.open.append([tag, ""])

    def handle_data(self, data):
        self.open[-1][1] += data

    def handle_endtag(self, tag):
        assert self.open[-1][0] == tag
        self.found.append(tuple(self.open.pop()))


def test_columns_are_aligned_left_or_right():
    assert text_table(ROWS) == ["name  size", "W1    12", "b     3"]
    assert text_table(ROWS, right=[1]) == ["name  size", "W1      12", "b        3"]


def test_an_html_table_has_a_header_and_a_row_for_each_other():
    elements = Elements(html_table(ROWS))
    assert not elements.open
    assert [text for tag, text in elements.found if tag == "th"] == ["name", "size"]
    assert [text for tag, text in elements.found if tag == "td"] == ["W1", "12", "b", "3"]
    assert [tag for tag, _ in elements.found].count("tr") == 3


def test_cells_and_paragraphs_are_escaped():
    hostile = '<script>&"'
    assert ("td", hostile) in Elements(html_table([("name",), (hostile,)])).found
    assert Elements(html_paragraphs([hostile, "b"])).found == [("p", hostile), ("p", "b")]
