"""Talks: the presenter's screen, what followers see and vote on, and the speaker's notes.

A browser gives one talk, on one page server, and finds it again after a reload. Pages look for
changes once a second. present.js handles full screen, the blank screen and the clock.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode, urlsplit

import segno
import streamlit as st

from lib.charts import render
from lib.data import keep_newest
from lib.story import TALK, Ask, Scene, story
from lib.text import counted
from lib.ui import address, clock, runs, stage
from lib.ui.browser import browser_id, component, current_palette
from lib.ui.frame import PAGES
from lib.ui.session import Loaded, Query, Stage, session
from lib.ui.settings import settled_experiment
from lib.ui.shown import load_data
from lib.ui.views import TALK_SCENES, VIEWS, draw
from lib.ui.widgets import hint, plain, press, rerun_when

KEYS = ("story", "scene", "open", "follow", "notes")
"""Keys in the address, in this order: the talk's scenes, the shown scene, the panel open over it,
the talk to follow, and the talk whose notes are shown."""
UNSHARED = ("open", "pace", "story")  # keys of the presenter's address that followers don't get
GONE = "The talk has ended, or the link is incomplete. Ask the presenter for a new link."
NO_NOTES = "No talk has these notes. Open the notes from the presenter's screen again."
LOCAL_HOST = re.compile(r"localhost|127\.|0\.0\.0\.0|::1")
LOCAL = "This address works only on this computer. Use the network address that Streamlit prints."
MOST = 200  # talks in `_TALKS`: the newest
MOST_VOTES = 1000  # votes kept for each question: the newest
LOOK_SECONDS = 1.0  # pause between two polls
ABSENT_SECONDS = 5.0  # a presenter's page without polls for longer counts as closed
_component = component("present_screen", __file__, "present")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the presenter shows: a scene by name, with settings and answers."""

    scene: str
    query: Query
    answers: tuple[int, ...] = ()  # the picked option of each revealed question


@dataclass(slots=True, eq=False)
class Talk:
    """A talk by one presenter. Times are seconds of `lib.ui.clock`."""

    began: float
    last_open: float  # when the presenter's page was last open
    id: str = field(default_factory=lambda: token_hex(8))  # in the followers' link
    notes: str = field(default_factory=lambda: token_hex(8))  # in the link to the speaker's notes
    shown: Shown | None = None
    requested_steps: list[int] = field(default_factory=list)  # in the notes window
    # By scene and question: each browser's option.
    votes: dict[tuple[str, int], dict[str, int]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether the presenter's page is still open."""
        return clock.now() - self.last_open < ABSENT_SECONDS

    def count(self, scene: Scene) -> list[list[int]]:
        """Return the number of votes for each option, by question of a scene."""
        counts = []
        for question, ask in enumerate(scene.asks):
            votes = [*self.votes.get((scene.name, question), {}).values()]
            counts.append([votes.count(option) for option in range(len(ask.options))])
        return counts


_TALKS: dict[str, Talk] = {}  # by presenter's browser, newest last


def _this_browser() -> str:
    return browser_id() or session().id  # a browser without cookies counts as its session


def current_talk() -> Talk:
    """Return this browser's own talk, and record that the presenter's page is open."""
    presenter, now = _this_browser(), clock.now()
    talk = _TALKS.get(presenter) or Talk(now, now)
    talk.last_open = now
    keep_newest(_TALKS, presenter, talk, MOST)
    return talk


def find(*, follow: str = "", notes: str = "") -> Talk | None:
    """Return the talk with this id for followers or for the notes."""
    return next((t for t in [*_TALKS.values()] if t.id == follow or t.notes == notes), None)


def in_address(names: Sequence[str]) -> str:
    """Return scene names as text for the address; "" for the original talk."""
    return "" if [*names] == [*TALK] else ",".join(names)


def link(**query: str) -> str:
    """Return the full address of this page with this query."""
    page, _, _ = f"{st.context.url or ''}".partition("?")
    text = urlencode({key: value for key, value in query.items() if value}, safe=",")
    return f"{page}?{text}" if text else page


def step(names: Sequence[str], by: int) -> None:
    """Go `by` scenes forward from the address's scene; quick presses add up."""
    name = address.page_value("scene")
    place = (names.index(name) if name in names else 0) + by
    place = max(0, min(place, len(names) - 1))
    address.set_page_values({"scene": names[place], "open": ""})


def draw_scene(scene: Scene, talk: Talk, *, follows: bool = False) -> Loaded:
    """Draw a scene of a talk and return its data. A page that `follows` the talk can only vote."""
    st.markdown(f"# {plain(scene.title)}")
    settled = settled_experiment()
    if not follows:
        stage.controls(scene, settled)
    loaded = load_data(settled)
    with st.container(key="followed" if follows else "shown"):
        if not scene.asks:
            draw(stage.shown(scene), loaded, current_palette())
            return loaded
        picture, question_side = st.columns([3, 2], vertical_alignment="center")
        with picture:
            draw(stage.shown(scene), loaded, current_palette())
        with question_side, st.container(key="hands"):
            stage.verdicts(scene)
            question, counts = len(stage.picked(scene)), talk.count(scene)
            if ask := stage.open_ask(scene):
                st.markdown(f"**{plain(ask.text)}**")
                if follows:
                    _draw_ballot(ask, talk.votes.setdefault((scene.name, question), {}))
                else:
                    texts = [option.text for option in ask.options]
                    st.html(render("ui/talks.html", "options", texts, counts[question]))
            elif votes := sum(counts[-1]):
                hint(f"{counts[-1][scene.asks[-1].right]} of {counted(votes, 'vote')} right")
    return loaded


def _draw_ballot(ask: Ask, votes: dict[str, int]) -> None:
    """Draw the options of an open question as buttons; a press is this browser's vote."""
    voter = _this_browser()
    for number, option in enumerate(ask.options):
        act = partial(keep_newest, votes, voter, number, MOST_VOTES)
        is_mine = votes.get(voter) == number
        icon = "radio_button_checked" if is_mine else "radio_button_unchecked"
        options: Any = {"type": "primary" if is_mine else "secondary", "wrap": True}
        press(plain(option.text), icon, f"vote_{number}", act, width="stretch", **options)
    hint("You can change your vote." if voter in votes else "Tap an answer to vote.")


def draw_foot(scenes: Sequence[Scene], scene: Scene, talk: Talk, loaded: Loaded | None) -> None:
    """Draw the buttons below a scene. If `loaded` is None, an overview or a link is above them."""
    names, place = [each.name for each in scenes], scenes.index(scene)
    with st.container(key="present_foot", horizontal=True, vertical_alignment="center"):
        draw_paging(place, len(scenes), partial(step, names))
        if loaded and scene.asks:
            is_open = stage.open_ask(scene) is not None
            label, eye = ("Reveal", "visibility") if is_open else ("Hide", "visibility_off")
            press(label, eye, "do_reveal", partial(stage.reveal, scene))
        if loaded:
            with st.container(key="present_train", width="content"):
                stage.train_buttons(scene, loaded)
        st.space("stretch")
        draw_component(scene, talk)
        _toggle("Overview", "apps", "overview")
        _toggle("Follow me", "qr_code_2", "audience")
        with st.container(key="open_notes", width="content"):
            url = link(notes=talk.notes)
            st.link_button("Notes", url, icon=":material/notes:", type="tertiary")
        _draw_page_link(scene)


def _draw_page_link(scene: Scene) -> None:
    """Draw a link to the page that opens the scene's settings."""
    query = {key: texts for key, texts in address.whole().items() if key not in KEYS}
    view = VIEWS[stage.shown(scene)]
    query |= {"part": [view.part]} if view.part else {}
    page = view.page if scene.page == "Explore" else scene.page  # a scene's default is Explore
    path, icon = PAGES[page]
    st.page_link(path, label=f"Open {page}", icon=icon, query_params=query, width="content")


def draw_paging(place: int, count: int, act: Callable[[int], None]) -> None:
    """Draw Previous, Next and the number of the scene at `place` (from 0) of `count`."""
    back, forward = partial(act, -1), partial(act, 1)
    is_first, is_last = place == 0, place + 1 == count
    press("Previous", "arrow_back", "scene_before", back, disabled=is_first, type="tertiary")
    press("Next", "arrow_forward", "scene_next", forward, disabled=is_last, type="tertiary")
    st.markdown(f"{place + 1} of {count}", width="content")


def _toggle(label: str, icon: str, panel: str) -> None:
    opened = "" if address.page_value("open") == panel else panel
    act = partial(address.set_page_value, "open", opened)
    press(label, icon, f"open_{panel}", act, type="tertiary")


def draw_component(scene: Scene, talk: Talk, *, notes: bool = False) -> None:
    """Draw the component of present.js: a talk's controls or, for the `notes`, the clock."""
    about = {"scene": scene.name, "notes": notes, "seconds": clock.now() - talk.began}
    _component(key="present_screen", data=about)


def set_scenes(names: Sequence[str]) -> None:
    """Set the talk's scenes. For use in callbacks."""
    address.set_page_value("story", in_address(names))
    if address.page_value("scene") not in names:
        address.set_page_value("scene", "")


def move_scene(names: Sequence[str], place: int, to: int) -> None:
    """Move the scene at `place` to another place. For use in callbacks."""
    others = [name for number, name in enumerate(names) if number != place]
    set_scenes([*others[:to], *names[place : place + 1], *others[to:]])


def draw_link(url: str, text: str) -> None:
    """Draw a link and its QR code, with a warning if no other computer can open the link."""
    code = segno.make(url, micro=False).svg_data_uri(scale=8, border=2, light="#fff")
    warning = LOCAL if LOCAL_HOST.match(urlsplit(url).hostname or "") else ""
    st.html(render("ui/talks.html", "share", code, url, text, warning))


def draw_followed(talk_id: str) -> None:
    """Draw the presenter's scene, with buttons to vote and a link to its page."""
    with st.container(key="present"):
        if not (found := _shown_by(find(follow=talk_id), GONE)):
            return
        talk, shown, scenes, place = found
        address.put(shown.query)
        record, is_open = session(), talk.is_open
        own = record.stage  # the follower's own answers, restored below
        record.stage = Stage(shown.scene, answers={shown.scene: [*shown.answers]})
        try:
            draw_scene(scenes[place], talk, follows=True)
            with st.container(key="present_foot", horizontal=True, vertical_alignment="center"):
                left = "" if is_open else " The presenter has left. This is the last scene shown."
                text = f"Following the presenter, scene {place + 1} of {len(scenes)}.{left}"
                st.markdown(text, width="content")
                st.space("stretch")
                _draw_page_link(scenes[place])
        finally:
            record.stage = own
        rerun_when(lambda: (talk.shown, talk.is_open) != (shown, is_open), LOOK_SECONDS)


def draw_notes(notes_id: str) -> None:
    """Draw the speaker's notes for the presenter's scene, in a separate window."""
    with st.container(key="present"):
        if not (found := _shown_by(find(notes=notes_id), NO_NOTES)):
            return
        talk, shown, scenes, place = found
        scene, is_open = scenes[place], talk.is_open
        st.markdown(f"# {plain(scene.title)}")
        with st.container(key="speaker_notes"):
            st.markdown(scene.notes or scene.text or "No notes for this scene.")
        with st.container(key="speaker_answers"):
            for ask in scene.asks:
                right = ask.options[ask.right]
                st.markdown(f"{plain(ask.text)} **{plain(right.text)}**: {plain(right.why)}")
        after = scenes[place + 1].title if place + 1 < len(scenes) else "the end"
        with st.container(key="speaker_next"):
            st.markdown(f"Next: **{plain(after)}**")
        with st.container(key="speaker_ways", horizontal=True, vertical_alignment="center"):
            draw_paging(place, len(scenes), talk.requested_steps.append)
        draw_component(scene, talk, notes=True)
        rerun_when(lambda: (talk.shown, talk.is_open) != (shown, is_open), LOOK_SECONDS)


def _shown_by(talk: Talk | None, gone: str) -> tuple[Talk, Shown, tuple[Scene, ...], int] | None:
    """Return a talk, its scenes, and the shown scene with its place. Draw `gone` if it is over."""
    if talk and (shown := talk.shown):  # read once: the presenter's session may replace it
        scenes = story(shown.query["story"][-1], TALK_SCENES)
        return talk, shown, scenes, [scene.name for scene in scenes].index(shown.scene)
    st.markdown(f"# This talk is over{runs.or_elsewhere()}")
    st.markdown(gone)
    act = partial(address.set_page_values, {"follow": "", "notes": ""})
    press("Present it yourself", "slideshow", "present_own", act)
    return None
