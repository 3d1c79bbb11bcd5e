import re

import pytest

from xpnet.errors import MissingExtraError, NonFiniteLossError, OptionError
from xpnet.report import check_report, write_report
from xpnet.training import Callback, Trainer


def text_of(trainer, path, **options):
    write_report(trainer, path, **options)
    return path.read_text(encoding="utf-8")


@pytest.fixture
def path(extra, tmp_path):
    return tmp_path / "report.html"


def headings(page):
    return [(int(level), text) for level, text in re.findall(r"<h(\d)>([^<]*)", page)]


def test_the_page_has_all_its_parts_in_order(new_trainer, path):
    trainer = new_trainer()
    trainer.run(epochs=2)
    page = text_of(trainer, path, command="xpnet train --lr 0.1")
    assert headings(page) == [
        (1, "TwoLayerNet "),
        (2, "Learning curves"),
        (2, "Confusion of classes"),
        (2, "Most confident mistakes"),
        (2, "Weights of the first layer"),
        (2, "Network and options"),
        (3, "Command"),
        (2, "Machine and versions"),
    ]
    assert "<code>xpnet train --lr 0.1</code>" in page
    pictures = re.findall(r"<img [^>]*>", page)
    assert len(pictures) > 8
    assert all(re.search(r' alt="[^"]{10,}"', picture) for picture in pictures)
    assert all(' src="data:image/' in picture for picture in pictures)


def test_the_page_names_no_address_and_runs_no_script(new_trainer, path):
    page = text_of(new_trainer(), path)
    assert not re.search(r"https?://|<script|<link|@import|url\(", page)
    assert "default-src 'none'" in page


def test_what_users_name_is_escaped(new_trainer, path):
    trainer = new_trainer()
    trainer.net.class_names = ["<script>alert(1)</script>", "a & b", '"c"']
    trainer.notes = {"<b>": {"<i>": "<u>"}}
    page = text_of(trainer, path, command="xpnet train --data '<s>' \ud800")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search("<script|<b>|<i>|<u>|<s>", page)
    assert "&lt;s&gt;" in page


def test_without_a_test_set_the_page_says_so_once(new_trainer, path):
    trainer = new_trainer(test=None)
    trainer.run(iterations=3)
    page = text_of(trainer, path)
    assert page.count("The run had no test set") == 1
    assert "Confusion of classes" not in page
    assert "Most confident mistakes" not in page


def test_an_interrupted_run_has_its_page(new_trainer, path):
    class Interrupt(Callback):
        def on_step(self, trainer, loss):
            if trainer.iteration == 5:
                raise KeyboardInterrupt

    trainer = new_trainer(callbacks=[Interrupt()])
    trainer.run(iterations=50)
    page = text_of(trainer, path)
    assert "The run was interrupted at iteration 5 of 50." in page
    assert "Confusion of classes" in page


def test_a_resumed_run_has_the_page_of_the_whole_run(new_trainer, path):
    trainer = new_trainer()
    trainer.run(iterations=6)
    folder = path.parent / "run"
    trainer.save(folder)
    again = Trainer.resume(folder, trainer.train, trainer.test, progress=False)
    again.run(iterations=5)
    page = text_of(again, path)
    assert "Loss of 11 steps" in page
    assert "iteration-000000006.safetensors" in page


def test_a_diverged_run_has_its_page(new_trainer, path):
    trainer = new_trainer()
    trainer.optimizer.lr = 1e30
    with pytest.raises(NonFiniteLossError):
        trainer.run(iterations=20)
    page = text_of(trainer, path)
    assert "The run has diverged" in page
    assert "not finite numbers" in page


def test_rows_that_are_no_pictures_are_not_drawn(new_trainer, pictures, path):
    x, t = pictures()
    trainer = new_trainer((x[:, :24], t), (x[:, :24], t))
    page = text_of(trainer, path)
    assert "are not square pictures, and are not shown" in page
    assert "that takes rows that are square pictures" in page
    assert "<img" not in page


def test_of_many_classes_the_most_frequent_confusions_are_shown(new_trainer, path):
    page = text_of(new_trainer(classes=30), path)
    assert "The most frequent confusions among 30 classes." in page
    assert 'class="confusion"' not in page


def test_a_network_without_mistakes_is_said_to_make_none(new_trainer, pictures, path):
    trainer = new_trainer(test=pictures(classes=1))
    trainer.net.params["b2"][0] = 100
    page = text_of(trainer, path)
    assert "The network makes none on the test set." in page


def test_of_many_units_the_page_says_which_are_shown(new_trainer, path):
    assert "first 100 of its 120 units" in text_of(new_trainer(hidden=120), path)
    assert "all of its 6 units" in text_of(new_trainer(), path)


def test_the_trainer_is_as_before(new_trainer, path):
    trainer, other = new_trainer(), new_trainer()
    trainer.run(iterations=5)
    other.run(iterations=5)
    write_report(trainer, path)
    assert trainer.run(iterations=5).losses == other.run(iterations=5).losses


@pytest.mark.parametrize("library", ["jinja2", "matplotlib"])
def test_a_missing_library_is_named_with_its_remedy_before_the_work(monkeypatch, library):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == library else 1)
    with pytest.raises(MissingExtraError, match=rf"needs {library}: pip install 'xpnet\[report\]'"):
        write_report(None, "report.html")


def test_another_ending_is_refused():
    with pytest.raises(OptionError, match=r"end in \.html or \.htm, got report\.pdf"):
        check_report("report.pdf")


def test_a_path_that_cannot_be_written_is_refused(extra, tmp_path):
    with pytest.raises(OptionError, match="cannot be written"):
        check_report(tmp_path / "nowhere" / "report.html")
