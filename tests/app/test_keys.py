"""The registry of keys: what each is for is on its page, and none is there twice."""

import re

import pytest
from streamlit.testing.v1.element_tree import Block

from lib.results.run import Status
from lib.story import TALK
from lib.ui.frame import PAGES
from lib.ui.keys import EVERYWHERE, KEYS
from tests.app.driver import start
from tests.waiting import eventually


def keys(block):
    """The Streamlit keys of all that a block holds: Streamlit's ids end in them."""
    for child in block.children.values():
        yield getattr(child.proto, "id", "").rpartition("-")[2]
        if isinstance(child, Block):
            yield from keys(child)


@pytest.mark.parametrize("page", [page for page in PAGES if page != "Guide"])
def test_what_a_key_works_on_is_on_its_page(page):
    """Whatever is pressed by key can be seen and clicked."""
    app = start(page)
    if page == "Shapes":
        app.query_params["part"] = "quiz"
        app.run()
    if page == "Explore":  # the replay has to be made
        app.query_params["replay"] = "yes"
        assert eventually(lambda: "replay" in keys(app.run().main))
    shown = {*keys(app.main), *keys(app.sidebar)}
    missing = {on for key in (*KEYS[page], *EVERYWHERE) for on in key.on} - shown
    assert not missing


def test_what_a_key_works_on_is_in_one_of_a_talks_scenes():
    """Of each key something: what pauses is there while a run trains."""
    app = start()
    app.switch_page("pages/present.py")
    shown = set()
    for scene in TALK:
        app.query_params["scene"] = scene
        app.run()
        shown |= {*keys(app.main)}
    assert not [key.name for key in KEYS["Present"] if shown.isdisjoint(key.on)]


def test_no_key_is_twice_on_a_page():
    """Nor one that Streamlit keeps for itself; in a talk R is ours."""
    assert list(KEYS) == [*PAGES, "Present"]
    for page, own in KEYS.items():
        names = [key.name for key in (*own, *EVERYWHERE)]
        theirs = {"?", "C"} if page == "Present" else {"?", "R", "C"}
        assert len({*names, *theirs}) == len(names) + len(theirs)


def check_letters(app, page):
    """Each button that shows a letter is pressed by that key, and no other button shows it."""
    css = "".join(element.proto.body for element in app.get("html"))
    rules = re.findall(r"(\[\S+?\] )?\.st-key-(\w+) button::after\{content:'(.+?)'", css)
    letters = {on: letter for where, on, letter in rules if page == "Present" or not where}
    rules_that_hide = [rule for rule in css.split("}") if rule.endswith("{display:none")]
    hidden = {*re.findall(r"st-key-(\w+)", " ".join(rules_that_hide))}
    shown = {button.key: letters[button.key] for button in app.button if button.key in letters}
    shown = {on: letter for on, letter in shown.items() if on not in hidden}
    assert len({*shown.values()}) == len(shown)
    pressed = {on: key.name for key in KEYS[page] for on in key.on}
    assert shown.items() <= pressed.items()


def check_run(app, page, client):
    """The same with a run that trains, pauses and ends, where one can be started."""
    check_letters(app, page)
    if any(button.key == "do_train" for button in app.button):
        app.button(key="do_train").click().run()
        for status in (Status.RUNNING, Status.PAUSED, Status.FINISHED):
            for run in client.runs.values():
                client.set(run, status, epoch=1)
            check_letters(app.run(), page)


@pytest.mark.parametrize("page", ["Explore", "Shapes"])
def test_no_two_buttons_of_a_page_have_the_same_key(page, client):
    """However far a run is, and after a change of the settings."""
    app = start(page, part="quiz")
    check_run(app, page, client)
    check_letters(app.slider(key="T").set_value(9).run(), page)
