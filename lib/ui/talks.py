"""Talks: a scene to each screen, what followers see of it, and the window with notes.

A browser gives one talk, on one page server, and finds it again after a reload. Pages look for
changes once a second. Full screen, the blank screen and the clock are made by present.js.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from secrets import token_hex
from textwrap import shorten
from typing import Any
from urllib.parse import urlencode

import segno
import streamlit as st

from lib.charts import render
from lib.data import keep_newest
from lib.experiment import Experiment
from lib.story import TALK, Scene, story
from lib.ui import address, clock, runs, stage
from lib.ui.browser import browser_id, component, current_palette
from lib.ui.frame import PAGES
from lib.ui.session import Loaded, Query, Stage, session
from lib.ui.settings import settled_experiment
from lib.ui.shown import load_data
from lib.ui.views import TALK_SCENES, VIEWS, draw
from lib.ui.widgets import bound, hint, plain, press, rerun_when

KEYS = ("story", "scene", "open", "follow", "notes", "back")
"""In the address: the scenes, the one on the screen, and what is open over it; the talk that is
followed, the one whose notes these are, and the one to go back to."""
UNSHARED = ("open", "pace", "story")  # keys of the presenter's address that followers don't get
KINDS = {"": "Talk", "gallery": "Gallery", "guide": "Guide", "view": "Picture"}  # in the overview
LONGEST_LABEL = 40
GONE = "This link doesn't lead to a talk (any more). Ask the presenter for a new one."
NO_NOTES = "These notes belong to no talk."
MOST = 200  # talks that are remembered: those that were given last
LOOK_SECONDS, ABSENT_SECONDS = 1.0, 5.0  # between looks, and until a page counts as closed
_component = component("present_screen", __file__, "present")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the audience sees of a talk: a scene by name, with the presenter's settings."""

    scene: str
    query: Query
    answers: tuple[int, ...] = ()  # the picked option of each question that is revealed


@dataclass(slots=True, eq=False)
class Talk:
    """A talk that somebody gives. Times are seconds of `lib.ui.clock`."""

    began: float
    given: float  # when the presenter's page was open last
    id: str = field(default_factory=lambda: token_hex(8))  # in the followers' link
    notes: str = field(default_factory=lambda: token_hex(8))  # in the link of notes and answers
    shown: Shown | None = None
    wishes: list[int] = field(default_factory=list)  # steps that the notes window asks for

    @property
    def is_given(self) -> bool:
        """Whether the presenter's page is still open."""
        return clock.now() - self.given < ABSENT_SECONDS


_TALKS: dict[str, Talk] = {}  # by browser, or session without a cookie; last given last


def current_talk() -> Talk:
    """The talk that this browser gives."""
    presenter, now = browser_id() or session().id, clock.now()
    talk = _TALKS.get(presenter) or Talk(now, now)
    talk.given = now
    keep_newest(_TALKS, presenter, talk, MOST)
    return talk


def find(*, follow: str = "", notes: str = "") -> Talk | None:
    """The talk with this id for followers or for the notes."""
    known = [*_TALKS.values()]
    return next((talk for talk in known if talk.id == follow or talk.notes == notes), None)


def in_address(names: Sequence[str]) -> str:
    """Scenes as the address has them; "" for the ready talk."""
    return "" if [*names] == [*TALK] else ",".join(names)


def link(**query: str) -> str:
    """The full address of this page with this query."""
    asked = urlencode({key: text for key, text in query.items() if text}, safe=",")
    return f"{st.context.url or ''}".partition("?")[0] + (f"?{asked}" if asked else "")


def step(names: Sequence[str], by: int) -> None:
    """Go `by` scenes on from the address's scene; quick presses add up."""
    asked = address.page_value("scene")
    place = (names.index(asked) if asked in names else 0) + by
    address.set_page_values({"scene": names[max(0, min(place, len(names) - 1))], "open": ""})


def draw_scene(scene: Scene, settled: Experiment, *, follows: bool = False) -> Loaded:
    """Draw a scene and return its data; a page that `follows` gets no controls."""
    st.markdown(f"# {plain(scene.title)}")
    if not follows:
        stage.controls(scene, settled)
    runs.show_lookup()
    loaded = load_data(settled)
    with st.container(key="followed" if follows else "shown"):
        if not scene.asks:
            draw(stage.shown(scene), loaded, current_palette())
            return loaded
        picture, question = st.columns([3, 2], vertical_alignment="center")
        with picture:
            draw(stage.shown(scene), loaded, current_palette())
        with question, st.container(key="hands"):
            stage.verdicts(scene)
            if ask := stage.open_ask(scene):
                st.markdown(f"**{plain(ask.text)}**")
                st.html(render("ui/talks.html", "options", [option.text for option in ask.options]))
    return loaded


def draw_foot(scenes: Sequence[Scene], scene: Scene, talk: Talk, loaded: Loaded | None) -> None:
    """Draw the buttons below a scene; without `loaded` the overview or the link is shown."""
    names, place = [each.name for each in scenes], scenes.index(scene)
    with st.container(key="present_foot", horizontal=True, vertical_alignment="center"):
        draw_ways(place, len(scenes), partial(step, names))
        if loaded and scene.asks:
            is_open = stage.open_ask(scene) is not None
            label, eye = ("Reveal", "visibility") if is_open else ("Hide", "visibility_off")
            press(label, eye, "do_reveal", partial(stage.reveal, scene))
        if loaded:
            with st.container(key="present_train", width="content"):
                stage.train_buttons(scene, loaded)
        st.space("stretch")
        draw_browser(scene, talk)
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


def draw_ways(place: int, count: int, act: Callable[[int], None]) -> None:
    """Draw Previous, Next and which of `count` scenes it is, from `place` 0."""
    back, on, look, at_end = partial(act, -1), partial(act, 1), "tertiary", place + 1 == count
    press("Previous", "arrow_back", "scene_before", back, disabled=place == 0, type=look)
    press("Next", "arrow_forward", "scene_next", on, disabled=at_end, type=look)
    st.markdown(f"{place + 1} of {count}", width="content")


def _opens(label: str, icon: str, what: str) -> None:
    opened = "" if address.page_value("open") == what else what
    act = partial(address.set_page_value, "open", opened)
    press(label, icon, f"open_{what}", act, type="tertiary")


def draw_browser(scene: Scene, talk: Talk, *, notes: bool = False) -> None:
    """Draw the browser's own controls: full screen, blank, and beside `notes` the clock."""
    seconds = clock.now() - talk.began
    _component(key="present_screen", data={"scene": scene.name, "notes": notes, "seconds": seconds})


def draw_overview(scenes: Sequence[Scene], scene: Scene, talk: Talk) -> None:
    """Draw all scenes to go to, and a widget to pick and order them."""
    picked, place = [each.name for each in scenes], scenes.index(scene)
    st.markdown("# All scenes")
    with st.container(key="scenes"):
        for number, each in enumerate(scenes):
            act = partial(address.set_page_values, {"scene": each.name, "open": ""})
            options: Any = {"type": "primary" if each is scene else "secondary", "wrap": True}
            label = f"{number + 1}. {plain(each.title)}"
            press(label, "slideshow", f"go_{number}", act, width="stretch", **options)

    def take(names: list[str]) -> None:
        address.set_page_value("story", in_address(names))

    def move(by: int) -> None:
        others = [name for name in picked if name != scene.name]
        take([*others[: place + by], scene.name, *others[place + by :]])

    def begin_anew() -> None:
        """Forget all answers and settings, as after a rehearsal."""
        record = session().stage
        for name in picked:
            record.answers.pop(name, None)
            record.subjects.pop(name, None)
        record.scene, talk.began = "", clock.now()
        talk.shown = talk.shown and replace(talk.shown, answers=())
        address.set_page_values({"scene": "", "open": ""})

    titles = {k: f"{KINDS[k.rpartition('.')[0]]}: {each.title}" for k, each in TALK_SCENES.items()}
    shown: Any = bound("story_picks", picked, take)
    shown["format_func"] = lambda name: shorten(titles[name], LONGEST_LABEL, placeholder=" …")
    st.multiselect("Your talk, in this order", [*titles], **shown)
    hint("A picture by itself is of the first data, untouched.")
    with st.container(horizontal=True, vertical_alignment="center"):
        is_first, is_last = place == 0, place + 1 == len(picked)
        back, on, hover = partial(move, -1), partial(move, 1), "Move the open scene"
        press("Earlier", "arrow_back", "scene_earlier", back, disabled=is_first, help=hover)
        press("Later", "arrow_forward", "scene_later", on, disabled=is_last, help=hover)
        press("Begin anew", "restart_alt", "begin_anew", begin_anew)
        ready, is_ready = partial(take, [*TALK]), picked == [*TALK]
        press("The ready talk", "undo", "story_ready", ready, disabled=is_ready)
        st.markdown("Link to your talk", width="content")
        st.code(link(story=in_address(picked)), language=None, wrap_lines=True)


def draw_link(url: str, text: str) -> None:
    """Draw a link and its QR code."""
    code = segno.make(url, micro=False).svg_data_uri(scale=8, border=2, light="#fff")
    st.html(render("ui/talks.html", "share", code, url, text))


def draw_followed(talk_id: str) -> None:
    """Draw the presenter's scene, and a button to look around alone."""
    with st.container(key="present"):
        if not (found := _shown_by(find(follow=talk_id), GONE)):
            return
        talk, shown, scenes, place = found
        address.put(shown.query)
        record, is_given = session(), talk.is_given
        own = record.stage  # it has the follower's own answers
        record.stage = Stage(shown.scene, answers={shown.scene: [*shown.answers]})
        try:
            draw_scene(scenes[place], settled_experiment(), follows=True)
        finally:
            record.stage = own
        with st.container(key="present_foot", horizontal=True, vertical_alignment="center"):
            gone = "" if is_given else " The presenter has left: this was shown last."
            text = f"Following the presenter, scene {place + 1} of {len(scenes)}, read only.{gone}"
            st.markdown(text, width="content")
        rerun_when(lambda: (talk.shown, talk.is_given) != (shown, is_given), LOOK_SECONDS)
    with st.container(key="present_off"):
        press("Look around on my own", "explore", "look_around", partial(_go_off, talk))


def draw_notes(notes_id: str) -> None:
    """Draw the speaker's notes to the presenter's scene, in a window of their own."""
    with st.container(key="present"):
        if not (found := _shown_by(find(notes=notes_id), NO_NOTES)):
            return
        talk, shown, scenes, place = found
        scene, is_given = scenes[place], talk.is_given
        st.markdown(f"# {plain(scene.title)}")
        with st.container(key="speaker_notes"):
            st.markdown(scene.notes or scene.text or "Nothing is noted for this scene.")
        with st.container(key="speaker_answers"):
            for ask in scene.asks:
                right = ask.options[ask.right]
                st.markdown(f"{plain(ask.text)} **{plain(right.text)}**: {plain(right.why)}")
        after = scenes[place + 1].title if place + 1 < len(scenes) else "the end"
        with st.container(key="speaker_next"):
            st.markdown(f"Next: **{plain(after)}**")
        with st.container(key="speaker_ways", horizontal=True, vertical_alignment="center"):
            draw_ways(place, len(scenes), talk.wishes.append)
        draw_browser(scene, talk, notes=True)
        rerun_when(lambda: (talk.shown, talk.is_given) != (shown, is_given), LOOK_SECONDS)


def _shown_by(talk: Talk | None, gone: str) -> tuple[Talk, Shown, tuple[Scene, ...], int] | None:
    """A talk, its view, its scenes and the shown scene's index; None after saying it is `gone`."""
    if talk and (shown := talk.shown):  # once: the presenter's session may replace it meanwhile
        scenes = story(shown.query["story"][-1], TALK_SCENES)
        return talk, shown, scenes, [scene.name for scene in scenes].index(shown.scene)
    st.markdown(f"# This talk is over{runs.or_elsewhere()}")
    st.markdown(gone)
    act = partial(address.set_page_values, {"follow": "", "notes": ""})
    press("Present it yourself", "slideshow", "present_own", act)
    return None


def _go_off(talk: Talk) -> None:
    """Make the shown scene this browser's own, with a button to go back."""
    if shown := talk.shown:
        record, subject = session().stage, address.put(shown.query)
        subject.as_set = {}  # so that the address has all of it, for a reload
        record.scene = shown.scene
        record.subjects[shown.scene] = subject
        record.answers[shown.scene] = [*shown.answers]
        own = {"scene": shown.scene, "story": shown.query["story"][-1]}
        address.set_page_values({"follow": "", "back": talk.id, **own})
