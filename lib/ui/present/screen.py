"""One thing to a screen: a scene with what stands below it, the overview, and the way to follow.

Full screen, the blank screen and the clock are the browser's alone: present.js.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from textwrap import shorten
from typing import Any
from urllib.parse import urlencode

import segno
import streamlit as st

from lib.charts import templates
from lib.experiment import Experiment
from lib.story import TALK, Scene, all_scenes
from lib.ui import address, clock, runs, stage
from lib.ui.browser import component, current_palette
from lib.ui.data import load_data
from lib.ui.fragment import fragment
from lib.ui.frame import PAGES
from lib.ui.linked import bound
from lib.ui.present.talks import LOOK_SECONDS, Shown, Talk, mine
from lib.ui.session import Loaded, session
from lib.ui.text import hint, plain, press
from lib.ui.views import VIEWS, draw

KEYS = ("story", "scene", "open", "follow", "notes", "back")
"""In the address: the scenes, the one on the screen, and what is open over it; the talk that is
followed, the one whose notes these are, and the one to go back to."""
UNTOLD = ("open", "pace", "story")  # keys of the presenter's address that followers don't get
WAYS = {"Previous": "scene_before", "Next": "scene_next"}
KINDS = {"": "Talk", "gallery": "Gallery", "guide": "Guide", "view": "Picture"}  # in the overview
LONGEST_LABEL = 40
_HTML = templates(__file__)
_component = component("present_screen", f"{Path(__file__).with_name('present')}")


def names_of(scenes: Sequence[Scene]) -> str:
    """Scenes as the address has them; "" for the ready talk."""
    names = [scene.name for scene in scenes]
    return "" if names == [*TALK] else ",".join(names)


def link(**query: str) -> str:
    """The full address of this page with this query."""
    asked = urlencode({key: text for key, text in query.items() if text}, safe=",")
    return f"{st.context.url or ''}".partition("?")[0] + (f"?{asked}" if asked else "")


def go(scene: str) -> None:
    """Go to a scene. For callbacks."""
    address.set_page_values({"scene": scene, "open": ""})


def step(scenes: Sequence[Scene], by: int) -> None:
    """Go so many scenes on, or back, from the address's scene: quick presses add up."""
    names = [scene.name for scene in scenes]
    asked = address.page_value("scene")
    place = (names.index(asked) if asked in names else 0) + by
    go(names[max(0, min(place, len(names) - 1))])


def come_back(talk: Talk, scenes: Sequence[Scene]) -> None:
    """Take up a talk: after a reload with what was revealed; and go where its notes ask to."""
    record = session().stage
    if record.talk != talk.id and talk.shown and talk.shown.answers:
        record.answers.setdefault(talk.shown.scene, [*talk.shown.answers])
    record.talk = talk.id
    while talk.wishes:
        step(scenes, talk.wishes.pop())


def answer_wishes(talk: Talk) -> None:
    """Look once a second whether the notes want another scene, and note that the page is open."""

    def look() -> None:
        mine()
        if talk.wishes:
            st.rerun()

    with st.container(key="answer_wishes"):
        fragment(look, run_every=LOOK_SECONDS)


def show(scene: Scene, settled: Experiment, *, follows: bool = False) -> Loaded:
    """Draw a scene: its title, controls, question and picture; returns the data that it shows.

    Who `follows` has no controls.
    """
    st.markdown(f"# {plain(scene.title)}")
    if not follows:
        stage.controls(scene, settled)
    runs.show_lookup()
    loaded = load_data(settled)
    with st.container(key="followed" if follows else "shown"):
        if not scene.asks:
            draw(stage.shown(scene), loaded, current_palette())
            return loaded
        picture, words = st.columns([3, 2], vertical_alignment="center")
        with picture:
            draw(stage.shown(scene), loaded, current_palette())
        with words, st.container(key="hands"):
            stage.verdicts(scene)
            if ask := stage.open_ask(scene):
                st.markdown(f"**{plain(ask.text)}**")
                st.html(_HTML.options([option.text for option in ask.options]))
    return loaded


def foot(scenes: Sequence[Scene], scene: Scene, talk: Talk, loaded: Loaded | None) -> None:
    """Draw the buttons below a scene; without `loaded` something else is on the screen."""
    place = scenes.index(scene)
    with st.container(key="present_foot", horizontal=True, vertical_alignment="center"):
        both_ways(place, len(scenes), partial(step, scenes), type="tertiary")
        st.markdown(f"{place + 1} of {len(scenes)}", width="content")
        if loaded and scene.asks:
            is_open = stage.open_ask(scene) is not None
            label, eye = ("Reveal", "visibility") if is_open else ("Hide", "visibility_off")
            press(label, eye, "do_reveal", partial(stage.reveal, scene))
        if loaded:
            with st.container(key="present_train", width="content"):
                stage.train_buttons(scene, loaded)
        st.space("stretch")
        browser(scene, talk)
        _opens("Overview", "apps", "overview")
        if talk_id := address.page_value("back"):
            act = partial(address.set_page_values, {"follow": talk_id, "back": ""})
            press("Back to the presenter", "undo", "go_back", act, type="tertiary")
        else:
            _opens("Follow me", "qr_code_2", "audience")
            with st.container(key="open_notes", width="content"):
                url = link(notes=talk.notes)
                st.link_button("Notes", url, icon=":material/notes:", type="tertiary")
        kept = {key: texts for key, texts in address.whole().items() if key not in KEYS}
        view = VIEWS[stage.shown(scene)]
        kept |= {"part": [view.part]} if view.part else {}
        page = view.page if scene.page == "Explore" else scene.page
        path, icon = PAGES[page]
        st.page_link(path, label=f"Open {page}", icon=icon, query_params=kept, width="content")


def both_ways(
    place: int, count: int, act: Callable[[int], None], ways: dict[str, str] = WAYS, **options: Any
) -> None:
    """Draw buttons for one back and one on, label → key; `place` is an index among `count`."""
    for (label, key), icon, by in zip(
        ways.items(), ("arrow_back", "arrow_forward"), (-1, 1), strict=True
    ):
        at_end = not 0 <= place + by < count
        press(label, icon, key, partial(act, by), disabled=at_end, **options)


def _opens(label: str, icon: str, what: str) -> None:
    """A button that opens something over the scene, or closes it."""
    then = "" if address.page_value("open") == what else what
    act = partial(address.set_page_value, "open", then)
    press(label, icon, f"open_{what}", act, type="tertiary")


def browser(scene: Scene, talk: Talk, *, notes: bool = False) -> None:
    """Draw what the browser does alone: full screen, blank, and beside `notes` the clock."""
    seconds = clock.now() - talk.began
    _component(key="present_screen", data={"scene": scene.name, "notes": notes, "seconds": seconds})


def overview(scenes: Sequence[Scene], scene: Scene, talk: Talk) -> None:
    """Draw all scenes to go to, and a widget to pick and order them."""
    st.markdown("# All scenes")
    with st.container(key="scenes"):
        for number, each in enumerate(scenes):
            label, act = f"{number + 1}. {plain(each.title)}", partial(go, each.name)
            kind = "primary" if each is scene else "secondary"
            press(label, "slideshow", f"go_{number}", act, type=kind, width="stretch", wrap=True)
    titles = {
        each.name: f"{KINDS[each.name.rpartition('.')[0]]}: {each.title}" for each in all_scenes()
    }
    picked = [each.name for each in scenes]
    place = picked.index(scene.name)

    def take(names: list[str]) -> None:
        address.set_page_value("story", "" if names == [*TALK] else ",".join(names))

    def move(by: int) -> None:
        others = [name for name in picked if name != scene.name]
        take([*others[: place + by], scene.name, *others[place + by :]])

    st.multiselect(
        "Your talk, in this order",
        [*titles],
        format_func=lambda name: shorten(titles[name], LONGEST_LABEL, placeholder=" …"),
        **bound("story_picks", picked, take),
    )
    hint("A picture by itself is of the first data, untouched.")
    with st.container(horizontal=True, vertical_alignment="center"):
        ways = {"Earlier": "scene_earlier", "Later": "scene_later"}
        both_ways(place, len(picked), move, ways, help="Move the open scene")
        press("Begin anew", "restart_alt", "begin_anew", partial(_begin_anew, scenes, talk))
        is_ready = not names_of(scenes)
        press("The ready talk", "undo", "story_ready", partial(take, [*TALK]), disabled=is_ready)
        st.markdown("Link to your talk", width="content")
        st.code(link(story=names_of(scenes)), language=None, wrap_lines=True)


def told_to_all(scenes: Sequence[Scene], scene: Scene) -> Shown:
    """What the audience sees."""
    query = {key: texts for key, texts in address.whole().items() if key not in UNTOLD}
    return Shown(scene.name, {**query, "story": [names_of(scenes)]}, tuple(stage.picked(scene)))


def _begin_anew(scenes: Sequence[Scene], talk: Talk) -> None:
    """Forget all answers and settings, as after a rehearsal."""
    record = session().stage
    for each in scenes:
        record.answers.pop(each.name, None)
        record.subjects.pop(each.name, None)
    record.scene, talk.began = "", clock.now()
    talk.shown = replace(talk.shown, answers=()) if talk.shown else None
    address.set_page_values({"scene": "", "open": ""})


def share(url: str, about: str) -> None:
    """Draw a link and its QR code."""
    code = segno.make(url, micro=False).svg_data_uri(scale=8, border=2, light="#fff")
    st.html(f"{_HTML.share(code, url, about)}")


def audience(talk: Talk) -> None:
    """Draw how others follow this talk."""
    st.markdown("# Follow me")
    share(link(follow=talk.id), "Scan to follow along on your own screen.")
