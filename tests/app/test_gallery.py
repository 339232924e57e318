"""The gallery: all cards, one card, the links of a card, and embedded cards."""

from urllib.parse import parse_qs, urlsplit

import pytest
from markupsafe import escape

from lib.charts.thumbnail import PICTURES
from lib.story import GALLERY
from lib.training.recorded import ANSWERED
from lib.ui.frame import PAGES
from lib.ui.views import VIEWS
from lib.ui.widgets import plain
from tests.app.driver import html, link, status_text, text
from tests.app.test_cell import open_part
from tests.weekly import rest_weekly


def links(app):
    """Return the page links in the main part of the page."""
    return [each.proto for each in app.main.get("page_link")]


def open_card(name):
    """Open the page that this card links to."""
    scene = GALLERY[name]
    return link(scene.page, **{key: texts[-1] for key, texts in scene.query.items()})


def test_every_card_has_its_claim_its_picture_and_its_text():
    """A card's claim is the label of its link. Its picture has an alt text and named axes."""
    app = link("Gallery")
    assert [each.value for each in app.warning] == []
    page = html(app)
    titles = [scene.title for scene in GALLERY.values()]
    assert [each.label.replace("\\", "") for each in links(app)] == titles
    queries = [parse_qs(each.query_string) for each in links(app)]
    assert queries == [{"card": [name]} for name in GALLERY]
    assert page.count('class="thumbnail"') == len(GALLERY)
    for scene in GALLERY.values():
        assert f'alt="{escape(scene.title)}"' in page
        assert f":small[{scene.text}]" in text(app)
        assert PICTURES[scene.picture] in text(app)


@pytest.mark.parametrize("name", rest_weekly(GALLERY, 3))
def test_a_cards_link_opens_a_recorded_run(name):
    """The page opens with the recorded run, without a warning and without the worker."""
    app = open_card(name)
    assert not app.warning
    assert "The link" not in text(app)
    if GALLERY[name].page == "Explore":
        assert "[example]" in status_text(app)


@pytest.mark.parametrize("name", list(GALLERY))
def test_one_card_has_links_to_its_page_and_to_other_cards(name):
    """`?card=` alone opens a card. The next card after the last card is the first card."""
    app = link("Gallery", card=name)
    assert not app.warning
    assert GALLERY[name].title in text(app)
    to_page, previous, following, all_cards = links(app)
    assert to_page.label == f"Open in {GALLERY[name].page}"
    assert parse_qs(to_page.query_string) == GALLERY[name].query
    names = list(GALLERY)
    place = names.index(name)
    assert previous.query_string == f"card={names[place - 1]}"
    assert following.query_string == f"card={names[(place + 1) % len(names)]}"
    assert all_cards.label == "All cards"


def test_an_unknown_card_gets_a_warning():
    """The page shows all cards below a warning, which escapes the unknown name."""
    app = link("Gallery", card="<b>x")
    assert "No card is called" in app.main.warning[0].value
    assert html(app).count('class="thumbnail"') == len(GALLERY)


@pytest.mark.parametrize("name", rest_weekly(ANSWERED, 2))
def test_the_cell_page_opens_with_recorded_results_of_keras(name, client):
    """No part of the page needs a worker until the user picks another sample."""
    app = link("Cell", data=name)
    for part, claim in (("proof", "✓ 0.0"), ("break", "≠ "), ("learn", "larger for the loss")):
        open_part(app, part)
        assert claim in text(app)
        assert "Checked against Keras" in text(app)
    assert not client.questions
    slider = next(slider for slider in app.select_slider if slider.key.startswith("cell_sample"))
    slider.set_value(3).run()
    assert client.questions


@pytest.mark.parametrize("card", list(VIEWS))
def test_every_view_can_be_embedded_with_a_link_to_its_page(card):
    """The link of an embedded view opens its page and part with the same settings."""
    app = link("Explore", card=card, data="parity", T="7")
    assert not app.error
    assert not app.sidebar.children
    page, query = link_of_embedded(app)
    assert page == PAGES[VIEWS[card].page][0]
    part = {"part": [VIEWS[card].part]} if VIEWS[card].part else {}
    assert query == {"data": ["parity"], "T": ["7"], **part}


def link_of_embedded(app):
    """Return the page's file and the settings of the link of an embedded card."""
    target = urlsplit(app.markdown[-1].value.partition("](")[2].partition(")")[0])
    name = target.path[2:]
    return f"pages/{name}.py" if name else "app.py", parse_qs(target.query)


@pytest.mark.parametrize("name", rest_weekly((name for name in GALLERY if name not in VIEWS), 3))
def test_a_gallery_card_can_be_embedded(name):
    """An embedded card shows its claim, and its link has the settings of the card."""
    app, scene = link("Explore", card=name), GALLERY[name]
    assert not app.error
    assert app.markdown[0].value == f"**{plain(scene.title)}**"
    assert link_of_embedded(app)[1].items() >= scene.query.items()


def test_an_embedded_card_reports_a_wrong_link():
    """For a wrong name, the error lists all cards. A number above its limit is reduced."""
    app = link("Explore", card="banana")
    assert "'banana'" in app.error[0].value
    assert all(name in text(app) for name in VIEWS)
    app = link("Explore", card="strip", T="9999")
    assert "T=9999" in text(app)
    assert app.get("html")
