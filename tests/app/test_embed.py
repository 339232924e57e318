"""One card for a frame elsewhere: every view, with any settings, and a link to all of it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from lib.story import GALLERY
from lib.story.cards import told
from lib.ui.frame import PAGES
from lib.ui.text import plain
from lib.ui.views import VIEWS
from tests.app.test_pages import start


@pytest.mark.parametrize("card", list(VIEWS))
def test_every_view_is_a_card_with_a_link_to_its_page(card: str) -> None:
    """Alone on its page, with the same settings there, and in its part of it."""
    app = start(card=card, data="parity", T="7")
    assert not app.exception
    assert not app.error
    assert not app.sidebar.children
    link = urlsplit(app.markdown[-1].value.partition("](")[2].partition(")")[0])
    page, there = PAGES[VIEWS[card].page][0], parse_qs(link.query)
    assert page == (f"pages/{link.path[2:]}.py" if link.path[2:] else "app.py")
    part = {"part": [VIEWS[card].part]} if VIEWS[card].part else {}
    assert there == {"data": ["parity"], "T": ["7"], **part}


def test_a_card_that_is_not_there_is_answered_with_those_that_are() -> None:
    """In a sentence, and with nothing else."""
    app = start(card="banana")
    assert not app.exception
    assert "'banana'" in app.error[0].value
    assert all(name in app.error[0].value.replace("\\", "") for name in VIEWS)


def test_what_a_link_says_too_much_is_said_above_the_card() -> None:
    """As on every page; the card is there."""
    app = start(card="strip", T="9999")
    assert "T=9999" in app.warning[0].value.replace("\\", "")
    assert app.get("html")


@pytest.mark.parametrize("name", [name for name in GALLERY if name not in VIEWS])
def test_a_card_of_the_gallery_is_one_too(name: str) -> None:
    """With its claim, its picture and its own settings, which the link to all of it has as well."""
    app, scene = start(card=name), told(GALLERY[name])
    assert not app.exception
    assert not app.error
    assert app.markdown[0].value == f"**{plain(scene.title)}**"
    link = urlsplit(app.markdown[-1].value.partition("](")[2].partition(")")[0])
    assert parse_qs(link.query).items() >= scene.query.items()
