"""The registry of keys: each key's element is on its page, and no key has two meanings."""

import pytest
from streamlit.testing.v1.element_tree import Block

from lib.story import TALK
from lib.ui.browser import EVERYWHERE, KEYS
from lib.ui.frame import PAGES
from tests.app.driver import start


def keys(block):
    """Yield the Streamlit keys of all elements in a block, from the ends of Streamlit's ids."""
    for child in block.children.values():
        yield getattr(child.proto, "id", "").rpartition("-")[2]
        if isinstance(child, Block):
            yield from keys(child)


@pytest.mark.parametrize("page", [page for page in PAGES if page != "Guide"])
def test_what_a_key_works_on_is_on_its_page(page):
    """Every key of a page has its element on that page."""
    app = start(page)
    if page == "Shapes":
        app.query_params["part"] = "quiz"
        app.run()
    shown = {*keys(app.main), *keys(app.sidebar)}
    missing = {on for key in (*KEYS[page], *EVERYWHERE) for on in key["on"]} - shown
    assert not missing


def test_what_a_key_works_on_is_in_one_of_a_talks_scenes():
    """Every key of a talk works in one of its scenes; Pause needs a training run."""
    app = start()
    app.switch_page("pages/present.py")
    shown = set()
    for scene in TALK:
        app.query_params["scene"] = scene
        app.run()
        shown |= {*keys(app.main)}
    assert not [key["name"] for key in KEYS["Present"] if shown.isdisjoint(key["on"])]


def test_no_key_is_twice_on_a_page():
    """No key has two meanings on a page, or a meaning in Streamlit, except R in a talk."""
    assert list(KEYS) == [*PAGES, "Present"]
    for page, own in KEYS.items():
        names = [key["name"] for key in (*own, *EVERYWHERE)]
        theirs = {"?", "C"} if page == "Present" else {"?", "R", "C"}
        assert len({*names, *theirs}) == len(names) + len(theirs)
