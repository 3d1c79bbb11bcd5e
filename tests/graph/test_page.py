import base64
import hashlib
import html.parser
import re
from importlib.resources import files

import pytest

from xpnet.errors import OptionError
from xpnet.graph import Variable, examples, trace
from xpnet.graph.diagram import MOST_NODES
from xpnet.graph.page import page, to_html

HOSTILE = [
    "</script><b>",
    "</style></title><script>alert(1)</script>",
    "\"' onload=alert(1) x='\"",
    "<!-- $title &lt; {step} -->",
    "]]></svg><img src=x onerror=alert(1)>",
]


class Page(html.parser.HTMLParser):
    """What a browser sees: tags with attributes, the text of each tag, the rows of the table."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.rows, self.open = [], {}, [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "link", "path", "rect"):
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")
        if tag == "tr":
            self.rows.append([])

    def handle_endtag(self, tag):
        if tag not in ("path", "rect"):
            assert self.open.pop() == tag

    def handle_data(self, text):
        if self.open:
            self.texts[self.open[-1]][-1] += text
        if self.open[-1:] == ["td"]:
            self.rows[-1].append(text)


def graph(name="x"):
    y = Variable(2.0, name) * Variable(3.0, "w")
    y.name = name
    y.backward()
    return y


@pytest.mark.parametrize("name", ["apple", "orange", "square", "sigmoid", "softmax"])
def test_every_node_and_every_step_is_on_the_page(name):
    diagram = trace(getattr(examples, name)())
    seen = Page(page(diagram))
    assert seen.rows[1:] == [
        [str(node.key + 1), node.label, node.kind, node.value, node.grad or "none"]
        for node in diagram.nodes
    ]
    lines = [line for step in diagram.steps for line in step.lines]
    assert [text for text in seen.texts["p"] if text in lines] == lines


def test_every_number_is_in_the_picture_before_any_script_runs():
    diagram = trace(examples.orange())
    texts = Page(page(diagram)).texts["text"]
    for edge in diagram.edges:
        assert edge.value in texts
        assert edge.grad in texts


def test_the_page_loads_nothing():
    text = page(trace(examples.softmax()))
    for tag, attributes in Page(text).tags:
        for name, value in attributes.items():
            assert name not in ("src", "srcset", "xlink:href", "action", "data")
            assert name != "href" or (tag, value) == ("link", "data:,")
    assert not re.search(r"https?:|//[a-z]|@import|url\(|fetch\(|import\(", text)


def test_only_its_own_script_may_run():
    seen = Page(page(trace(examples.apple())))
    (script,) = seen.texts["script"]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = [a["content"] for _, a in seen.tags if a.get("http-equiv")]
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_cannot_break_out(name):
    seen, plain = Page(page(trace(graph(name)))), Page(page(trace(graph("x"))))
    assert [tag for tag, _ in seen.tags] == [tag for tag, _ in plain.tags]
    assert [set(attributes) for _, attributes in seen.tags] == [
        set(attributes) for _, attributes in plain.tags
    ]
    assert seen.rows[1][1] == name
    assert seen.texts["h1"] == [f"Computational graph: {name}"]
    assert seen.texts["script"] == plain.texts["script"]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_cannot_break_out(title):
    seen = Page(page(trace(graph()), title=title))
    assert seen.texts["h1"] == [title]
    assert [tag for tag, _ in seen.tags] == [tag for tag, _ in Page(page(trace(graph()))).tags]


def test_half_a_surrogate_pair_is_replaced(tmp_path):
    to_html(graph("a\ud800"), tmp_path / "page.html")
    assert "a?" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_the_same_graph_gives_the_same_bytes(python):
    code = (
        "import hashlib\n"
        "from xpnet.graph import examples, trace\n"
        "from xpnet.graph.page import page\n"
        "print(hashlib.sha256(page(trace(examples.orange())).encode()).hexdigest())"
    )
    runs = [python(code, PYTHONHASHSEED=seed) for seed in ("1", "2")]
    assert [run.stderr for run in runs] == ["", ""]
    assert runs[0].stdout == runs[1].stdout


def test_before_backward_only_the_forward_steps_are_there():
    seen = Page(page(trace(Variable(2.0, "x") * Variable(3.0, "w"))))
    assert {a["data-direction"] for tag, a in seen.tags if tag == "li"} == {"forward"}
    assert not any("derivative" in a.get("class", "") for _, a in seen.tags)
    assert {row[4] for row in seen.rows[1:]} == {"none"}


def test_links_stand_above_the_title_where_the_page_is_part_of_a_site(tmp_path):
    y = graph()
    to_html(y, tmp_path / "page.html", links=[("Home & <b>", "../"), ("Back", '"x')])
    seen = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert [a["href"] for tag, a in seen.tags if tag == "a"] == ["../", '"x']
    assert seen.texts["a"] == ["Home & <b>", "Back"]
    to_html(y, tmp_path / "page.html")
    alone = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert not {"a", "nav"} & {tag for tag, _ in alone.tags}


def test_a_leaf_alone_is_a_page_without_steps():
    seen = Page(page(trace(Variable(2.0, "x"))))
    assert [tag for tag, _ in seen.tags].count("li") == 0


def test_a_derivative_of_several_uses_is_shown_as_their_sum():
    x = Variable(3.0, "x")
    y = x * x + x
    y.backward()
    assert "sum 7" in Page(page(trace(y))).texts["text"]


def test_a_constant_stands_in_its_node_and_not_above_its_edge_too():
    texts = Page(page(trace(examples.sigmoid()))).texts["text"]
    assert texts.count("-1") == 1


def test_a_long_name_is_shortened_in_the_picture_and_whole_in_the_table():
    name = "the price of all apples in the shop"
    seen = Page(page(trace(graph(name))))
    assert "the price of all apples i…" in seen.texts["text"]
    assert seen.rows[1][1] == name


def test_in_korean_the_page_says_so():
    seen = Page(page(trace(examples.apple(), language="ko"), language="ko"))
    assert ("html", {"lang": "ko"}) in seen.tags
    assert seen.texts["button"] == ["처음", "이전", "재생", "다음"]
    assert seen.texts["h1"] == ["계산 그래프: price"]


@pytest.mark.parametrize("language", ["de", "", None, ["en"]])
def test_another_language_is_refused(tmp_path, language):
    with pytest.raises(OptionError, match="expected a language of en, ko"):
        to_html(graph(), tmp_path / "page.html", language=language)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["page.svg", "page", "html", ".html"])
def test_another_ending_is_refused(tmp_path, name):
    with pytest.raises(OptionError, match=r"expected a page to end in \.html or \.htm"):
        to_html(graph(), tmp_path / name)


@pytest.mark.parametrize("name", ["page.html", "page.HTM"])
def test_the_page_replaces_what_was_there_and_nothing_stays_beside_it(tmp_path, name):
    path = tmp_path / name
    path.write_text("old")
    to_html(graph(), str(path))
    assert path.read_text(encoding="utf-8") == page(trace(graph()))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "name", ["missing/page.html", "folder.html", "a\0.html", "a" * 300 + ".html"]
)
def test_a_path_that_cannot_be_written_is_one_clear_error(tmp_path, name):
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(OptionError, match=r"cannot be written: .+; name a file in a folder"):
        to_html(graph(), f"{tmp_path}/{name}")
    assert list(tmp_path.rglob("*")) == [tmp_path / "folder.html"]


def test_a_place_that_forbids_writing_is_one_clear_error(tmp_path, monkeypatch):
    def forbid(*args, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", forbid)
    with pytest.raises(OptionError, match=r"page\.html cannot be written: Permission denied;"):
        to_html(graph(), tmp_path / "page.html")


def test_what_is_no_variable_is_refused(tmp_path):
    with pytest.raises(TypeError, match="expected the xpnet"):
        to_html(3.0, tmp_path / "page.html")


def test_a_graph_too_large_to_look_at_is_refused_before_the_work(tmp_path, monkeypatch):
    y = Variable(0.0, "x")
    for _ in range(MOST_NODES - 1):
        y = -y
    with pytest.raises(OptionError, match="has 501 nodes, and a page shows at most 500: collapse"):
        page(trace(y))
    monkeypatch.setitem(trace.__globals__, "describe_steps", None)
    with pytest.raises(OptionError, match="has 501 nodes, and a page shows at most 500: collapse"):
        to_html(y, tmp_path / "page.html")


def test_no_part_of_the_player_can_end_the_element_that_holds_it():
    player = files("xpnet.graph.player")
    assert "</" not in (player / "player.js").read_text(encoding="utf-8")
    assert "</" not in (player / "player.css").read_text(encoding="utf-8")
