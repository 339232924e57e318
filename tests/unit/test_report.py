"""A report is one safe HTML page with the screen's content, and loads nothing."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from lib.charts import PALETTES
from lib.charts.sentences import setup_sentence
from lib.charts.skill import score_texts
from lib.charts.strip import strip_sentence
from lib.export.files import Reported, drawings, report
from lib.export.script import EXPORTS
from lib.results.baselines import skill_of_seeds
from lib.results.replay import as_of, untrained
from lib.results.run import RunAt
from lib.text import capital
from tests.unit import own_data
from tests.unit.test_results import a_run

MADE = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
VERSIONS = {"keras": "3.15.1"}
LINK = "https://example.org/?data=seattle&T=24"


class Page(HTMLParser):
    """A parsed page: its elements, scripts and text."""

    def __init__(self, content):
        super().__init__()
        self.tags = []
        self.scripts = []
        self.words = ""
        self._inside = ""
        self.feed(content.decode())

    def handle_starttag(self, tag, attrs):
        """Store the name and the attributes of an element."""
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, _):
        """Leave the element."""
        self._inside = ""

    def handle_data(self, data):
        """Store a whole script, or text."""
        if self._inside == "script":
            self.scripts.append(data)
        elif self._inside != "style":
            self.words += f" {data}"

    @property
    def plots(self):
        """The Plotly figures."""
        return json.loads(self.scripts[1])


def page_of(run, link=LINK, **options):
    """Return the report of an experiment, a dataset and a snapshot."""
    return Page(report(Reported(*run, **options), link, MADE, VERSIONS))


@pytest.mark.parametrize("name", ["seattle", "worked_raw", "gapminder"])
def test_a_report_has_the_content_of_the_screen(name):
    """It has sentences, takeaways, charts, settings, numbers, code, link and date."""
    run = _, dataset, snapshot = a_run(name)
    page, of = page_of(run), Reported(*run)
    words = " ".join(page.words.split())
    texts = [setup_sentence(run[0].model, run[1].shape[1]), strip_sentence(*run[:2])]
    texts += [dataset.about, LINK]
    texts += ["27 November 2026, 09:30 UTC", "keras 3.", "learning rate"]
    texts += ["Median MSE at the last step", "Median training loss"]
    for drawn, (title, draw, takeaway, sentence) in zip(page.plots, drawings(of), strict=True):
        texts += [title, takeaway, sentence]
        traces = draw(PALETTES["light"]).data
        assert [trace["name"] for trace in drawn["data"]] == [trace["name"] for trace in traces]
    texts += EXPORTS["keras"].write(*run).splitlines()
    for each in texts:
        assert " ".join(each.split()) in words, each
    assert f"epoch {snapshot.epoch:,} of" in words


def test_a_report_of_a_table_has_skill_and_a_forecast():
    """Test samples count only after the user's look. Tasks and untrained runs have no skill."""
    experiment, dataset, _ = own_data.sales(test=20)
    start = untrained(experiment, dataset)
    run = experiment, dataset, replace(start, epoch=5)
    words, looked = page_of(run).words, page_of(run, looked=True, series=1, feed=7).words
    table = skill_of_seeds(*run[:2], start.weights)
    for score in (*table.models, *table.baselines(0)):
        assert f" {' '.join([capital(score.label), *score_texts(table, score, 0)])} " in words
    for text, looked_text in (
        ("Skill on the validation part", "Skill on the test part"),
        ("Forecast of north", "Forecast of south"),
        ("Direct: ", "Recursive: "),
        ("A band contains", "the bands contain"),
    ):
        assert text in words
        assert looked_text not in words
        assert looked_text in looked
    for other in ((experiment, dataset, start), a_run("echo", seeds=1)):
        assert "Skill on" not in page_of(other).words


@pytest.mark.parametrize(("mode", "modes"), [("last", {"last"}), ("both", {"sequence", "last"})])
def test_results_have_the_color_of_their_mode(mode, modes):
    """The page's style colors a mode by its class, in whichever column it is."""
    page = page_of(a_run("echo", seeds=1, mode=mode))
    assert {cell["class"] for tag, cell in page.tags if tag == "td" and cell} == modes
    assert "Median" not in page.words


def test_a_report_loads_nothing():
    """Images, scripts and styles are inline, and its policy forbids requests."""
    run = a_run("seattle")
    content = report(Reported(*run, past=run[2].past, source="from <x>"), LINK, MADE, VERSIONS)
    assert b"The training, epoch by epoch" in content
    assert b"40 of 40 \xc2\xb7 from &lt;x&gt;</p>" in content
    assert len(content) < 6_000_000
    page = Page(content)
    sources = [a[k] for tag, a in page.tags for k in ("src", "srcset", "data", "poster") if k in a]
    assert sources
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    assert not [tag for tag, _ in page.tags if tag in ("link", "iframe", "object", "base", "form")]
    assert "default-src 'none'" in next(a["content"] for t, a in page.tags if "http-equiv" in a)
    style = re.search(r"<style>(.*?)</style>", content.decode(), flags=re.DOTALL)
    assert style
    assert not re.search(r"@import|url\(", style[1])


EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)> $plots ${code} {x}"


def test_names_are_escaped():
    """A hostile name of a column, file or unit adds no element or script to the page."""
    experiment, dataset, snapshot = a_run("seattle", seeds=1)
    evil = {"title": EVIL, "target_names": (EVIL,), "about": EVIL, "source": EVIL}
    evil |= {"target_unit": EVIL, "baseline_label": EVIL, "lead": EVIL, "notes": (EVIL,)}
    evil |= {"feature_names": (EVIL,) * 4}
    good = page_of((experiment, dataset, snapshot))
    bad = page_of((experiment, replace(dataset, **evil), snapshot), LINK + EVIL)
    tags = [[(tag, *sorted(attributes)) for tag, attributes in p.tags] for p in (good, bad)]
    assert tags[0] == tags[1]
    assert len(good.scripts) == len(bad.scripts) == 3
    assert bad.scripts[0] == good.scripts[0]
    assert bad.scripts[2] == good.scripts[2]
    names = {trace["name"] for plot in bad.plots for trace in plot["data"]}
    assert not any("<" in name for name in names)
    assert EVIL in bad.words


@pytest.mark.parametrize("link", ["javascript:alert(1)", "", "?data=seattle"])
def test_a_link_that_isnt_http_is_left_out(link):
    """Links that could run a script, and relative links, aren't in the page."""
    page = page_of(a_run("echo", seeds=1), link)
    assert [attributes["href"] for tag, attributes in page.tags if tag == "a"] == []


def test_a_report_has_the_replay_up_to_the_shown_epoch():
    """Later epochs aren't in the report."""
    run = experiment, dataset, snapshot = a_run("seattle")
    past = (*snapshot.past, (snapshot.epoch, snapshot.weights))
    page = page_of(run, past=past)
    *_, replay = page.plots
    assert [frame["name"] for frame in replay["frames"]] == [f"{epoch}" for epoch, _ in past]
    assert "The training, epoch by epoch" in page.words
    epoch, weights = snapshot.past[3]
    earlier = as_of(RunAt(experiment, dataset, snapshot), epoch, weights)
    page = page_of((experiment, dataset, earlier), past=past)
    *_, replay = page.plots
    assert [frame["name"] for frame in replay["frames"]] == [f"{e}" for e, _ in past[:4]]
