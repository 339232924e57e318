"""The registry of keyboard keys: each key works on its page, and no key has two meanings."""

import pytest
from streamlit.testing.v1.element_tree import Block

from lib.story import TALK
from lib.ui.browser import EVERYWHERE, KEYS
from lib.ui.frame import PAGES
from tests.app.driver import start


def keys(block):
    """Yield the Streamlit keys of all elements in a block. Streamlit's ids end with these keys."""
    for child in block.children.values():
        yield getattr(child.proto, "id", "").rpartition("-")[2]
        if isinstance(child, Block):
            yield from keys(child)


@pytest.mark.parametrize("page", [page for page in PAGES if page != "Guide"])
def test_the_elements_of_every_key_are_on_its_page(page):
    """A keyboard key clicks or changes elements of its page."""
    app = start(page)
    shown = {*keys(app.main), *keys(app.sidebar)}
    needed = {element for key in (*KEYS.get(page, ()), *EVERYWHERE) for element in key["on"]}
    assert not needed - shown


def test_every_key_of_a_talk_works_in_one_of_its_scenes():
    """At least one element of each key is in a scene."""
    app = start()
    app.switch_page("pages/present.py")
    shown = set()
    for scene in TALK:
        app.query_params["scene"] = scene
        app.run()
        shown |= {*keys(app.main)}
    assert not [key["name"] for key in KEYS["Present"] if shown.isdisjoint(key["on"])]


def test_no_key_has_two_meanings_on_a_page():
    """The key ? shows all keys, and C and R are keys of Streamlit. Only a talk uses R."""
    assert {*KEYS} <= {*PAGES, "Present"}
    for page, own_keys in KEYS.items():
        names = [key["name"] for key in (*own_keys, *EVERYWHERE)]
        reserved = {"?", "C"} if page == "Present" else {"?", "R", "C"}
        assert len({*names, *reserved}) == len(names) + len(reserved)
