"""The gallery in AppTest: all cards, one alone, and what these open."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

import pytest
from markupsafe import escape
from streamlit.testing.v1 import AppTest

from lib.charts.thumbnail import PICTURES
from lib.story import GALLERY
from lib.story.cards import told
from lib.training.recorded import ANSWERED
from tests.app.test_cell import html, open_part, seen, words
from tests.app.test_pages import start
from tests.fake_client import FakeClient


def link(page: str, **query: str) -> AppTest:
    """A page as a link to it opens it."""
    app = start(page)
    for key in [*app.query_params]:
        del app.query_params[key]
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def opened(name: str) -> AppTest:
    """The page that a card leads on to, in full."""
    scene = GALLERY[name]
    return link(scene.page, **{key: texts[-1] for key, texts in scene.query.items()}).run()


def claimed(app: AppTest, name: str) -> bool:
    """Whether a card's claim stands on the page."""
    return told(GALLERY[name]).title in words(app)


def test_every_card_has_its_claim_picture_and_words() -> None:
    """And its link is the claim, to the card alone; the picture says it too, and its axes."""
    app = start("Gallery")
    assert not app.exception
    page = html(app)
    links = [each.proto for each in app.main.get("page_link")]
    titles = [told(scene).title for scene in GALLERY.values()]
    assert [each.label.replace("\\", "") for each in links] == titles
    assert [parse_qs(each.query_string) for each in links] == [{"card": [name]} for name in GALLERY]
    assert page.count('class="thumbnail"') == len(GALLERY)
    for scene in map(told, GALLERY.values()):
        assert f'alt="{escape(scene.title)}"' in page
        assert f":small[{scene.text}]" in words(app)
        assert PICTURES[scene.picture][1] in words(app)


@pytest.mark.parametrize("name", list(GALLERY))
def test_a_cards_link_opens_what_is_recorded(name: str) -> None:
    """Without a complaint, with figures that somebody has trained, and without the worker."""
    app = opened(name)
    assert not app.exception
    assert not app.warning
    assert "The link" not in words(app)
    if GALLERY[name].page == "Explore":
        (progress,) = app.get("progress")
        assert "[example]" in progress.proto.text


@pytest.mark.parametrize("name", list(GALLERY))
def test_one_card_has_its_view_and_the_ways_on(name: str) -> None:
    """`?card=` alone is enough."""
    app = link("Gallery", card=name)
    assert not app.exception
    assert not app.warning
    assert claimed(app, name)
    on, *others = [each.proto for each in app.main.get("page_link")]
    assert on.label == f"Open in {GALLERY[name].page}"
    assert parse_qs(on.query_string) == GALLERY[name].query
    assert [each.label for each in others] == ["Previous", "Next", "All cards"]


def test_cards_follow_one_another_in_a_ring() -> None:
    """From the last one the next is the first."""
    first, *_, before, last = GALLERY
    app = link("Gallery", card=last)
    _, previous, following, _ = [each.proto for each in app.main.get("page_link")]
    assert previous.query_string == f"card={before}"
    assert following.query_string == f"card={first}"


@pytest.mark.parametrize("name", ["parity", "adding"])
def test_a_claims_errors_stand_on_its_picture(name: str) -> None:
    """In the same terms, with more digits."""
    number = re.compile(r"\d\.\d+")
    metrics = number.findall(" ".join(each.value for each in link("Gallery", card=name).metric))
    claims = number.findall(told(GALLERY[name]).title)
    assert len(claims) == 2
    assert sorted(map(float, claims)) == pytest.approx(sorted(map(float, metrics)), rel=0.05)


def test_the_card_of_two_cells_shows_both() -> None:
    """With the numbers of its claim."""
    page = html(link("Gallery", card="cells"))
    for number in re.findall(r"\d\.\d+", told(GALLERY["cells"]).title):
        assert number in page


def test_a_card_that_there_is_not_is_said() -> None:
    """In a sentence above all cards, with nothing of the link taken as markup."""
    app = link("Gallery", card="<b>x")
    assert not app.exception
    assert "No card is called" in app.main.warning[0].value
    assert html(app).count('class="thumbnail"') == len(GALLERY)


def test_a_recorded_run_that_diverged_says_so() -> None:
    """It is an example, and one that ended with what to try."""
    app = opened("diverged")
    assert "[diverged]" in app.get("progress")[0].proto.text
    assert "no finite number in epoch 9. Lower the learning rate (1), or take Adam." in words(app)


@pytest.mark.parametrize("name", ANSWERED)
def test_keras_has_answered_before_it_has_started(name: str, client: FakeClient) -> None:
    """About the models that pages open with, on every part; about others it is asked."""
    app = start("Cell", data=name)
    for part, claim in (("proof", "✓ 0.0"), ("break", "≠ "), ("learn", "times the other")):
        open_part(app, part)
        assert not app.exception
        assert claim in html(app) + words(app)
        assert "Keras has answered" in seen(app)
    assert not client.questions
    slider = next(slider for slider in app.select_slider if slider.key.startswith("cell_sample"))
    slider.set_value(3).run()
    assert client.questions
