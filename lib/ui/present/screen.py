"""One thing to a screen: a scene with what stands below it, the overview, and what others see.

Full screen, the blank screen and the clock are the browser's alone: present.js.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from textwrap import shorten
from urllib.parse import urlencode

import segno
import streamlit as st

from lib.figures.html import templates
from lib.stack.link import LONGEST
from lib.story import TALK, Scene, all_scenes, find, story
from lib.story.cards import told
from lib.ui import address, clock, stage
from lib.ui.browser import component, current_palette
from lib.ui.data import load_data
from lib.ui.fragment import fragment
from lib.ui.frame import PAGES
from lib.ui.linked import bound
from lib.ui.present.talks import TALKS, Shown, Talk, here
from lib.ui.session import Loaded, Stage, session
from lib.ui.settings import Settled, settle_widgets
from lib.ui.text import hint, plain, press
from lib.ui.views import VIEWS, draw

KEYS = ("story", "scene", "open", "follow", "notes", "back")
"""In the address: the scenes, the one that is on the screen, and what is open over it; of a
follower the talk, of the window with notes, too, and of who went off the one to go back to."""
UNTOLD = ("open", "pace", "story")
"""What of the presenter's address is nobody else's, or is told in fewer words."""
LOOK_SECONDS = 20.0
"""Between two looks whether the presenter is still there."""
KINDS = {"": "Talk", "gallery": "Gallery", "guide": "Guide", "view": "Picture"}
"""How the scenes of each registry are told apart where one is picked."""
LONGEST_LABEL = 40
GONE = "Nobody presents here any more: talks last until the server has had many others."

_HTML = templates(__file__)
_component = component("present_screen", f"{Path(__file__).with_name('present')}")


def names_of(scenes: Sequence[Scene]) -> str:
    """As an address has them; the ready talk needs no word there."""
    names = [scene.name for scene in scenes]
    return "" if names == [*TALK] else ",".join(names)


def link(**query: str) -> str:
    """The address of this page with this in it, as others can open it."""
    asked = urlencode({key: text for key, text in query.items() if text}, safe=",")
    return f"{st.context.url or ''}".partition("?")[0] + (f"?{asked}" if asked else "")


def go(scene: str) -> None:
    """Put a scene on the screen, in a callback."""
    address.set_page_value("scene", scene)
    address.set_page_value("open", "")


def show(scene: Scene, settled: Settled, *, follows: bool = False) -> Loaded:
    """A scene: its title, what can be moved, its question, and its picture, of what was loaded.

    Who `follows` can move nothing.
    """
    st.markdown(f"# {plain(told(scene).title)}")
    if not follows:
        settled = stage.controls(scene, settled)
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
            if len(stage.picked(scene)) < len(scene.asks):
                ask = scene.asks[len(stage.picked(scene))]
                st.markdown(f"**{plain(ask.text)}**")
                st.html(_HTML.options([option.text for option in ask.options]))
    return loaded


def foot(scenes: Sequence[Scene], scene: Scene, talk: Talk, loaded: Loaded | None) -> None:
    """What stands below a scene: the way through the talk, and what else there is.

    Where nothing is `loaded`, the scene isn't on the screen.
    """
    place, names = scenes.index(scene), [each.name for each in scenes]
    with st.container(key="present_foot", horizontal=True, vertical_alignment="center"):
        for label, icon, key, to in (
            ("Previous", "arrow_back", "scene_before", place - 1),
            ("Next", "arrow_forward", "scene_next", place + 1),
        ):
            name = names[to % len(names)]
            at_end = not 0 <= to < len(names)
            press(label, icon, key, partial(go, name), disabled=at_end, type="tertiary")
        st.markdown(f"{place + 1} of {len(names)}", width="content")
        if loaded and scene.asks:
            is_open = len(stage.picked(scene)) < len(scene.asks)
            label, eye = ("Reveal", "visibility") if is_open else ("Hide", "visibility_off")
            press(label, eye, "do_reveal", partial(stage.reveal, scene))
        if loaded:
            with st.container(key="present_train", width="content"):
                stage.train_buttons(scene, loaded)
        st.space("stretch")
        _browser(scene, talk)
        for label, icon, what in (
            ("Overview", "apps", "overview"),
            ("Follow me", "qr_code_2", "audience"),
        ):
            then = "" if address.page_value("open") == what else what
            act = partial(address.set_page_value, "open", then)
            press(label, icon, f"open_{what}", act, type="tertiary")
        with st.container(key="open_notes", width="content"):
            st.link_button(
                "Notes", link(notes=talk.notes), icon=":material/notes:", type="tertiary"
            )
        leave(scene)


def leave(scene: Scene) -> None:
    """The link to the page where a scene's picture is at home, as it is now."""
    kept = {key: texts for key, texts in address.whole().items() if key not in KEYS}
    view = VIEWS[stage.shown(scene)]
    kept |= {"part": [view.part]} if view.part else {}
    page = view.page if scene.page == "Explore" else scene.page
    path, icon = PAGES[page]
    st.page_link(path, label=f"Open {page}", icon=icon, query_params=kept, width="content")


def _browser(scene: Scene, talk: Talk, *, notes: bool = False) -> None:
    seconds = clock.now() - talk.began
    _component(key="present_screen", data={"scene": scene.name, "notes": notes, "seconds": seconds})


def overview(scenes: Sequence[Scene], scene: Scene, talk: Talk) -> None:
    """All scenes, to go to one; and which these are, in the order in which they are picked."""
    st.markdown("# All scenes")
    with st.container(key="scenes"):
        for place, each in enumerate(scenes):
            press(
                f"{place + 1}. {plain(told(each).title)}",
                "slideshow",
                f"go_{place}",
                partial(go, each.name),
                type="primary" if each is scene else "secondary",
                width="stretch",
                wrap=True,
            )
    known = {each.name: each for each in all_scenes()}

    def take(names: list[str]) -> None:
        address.set_page_value("story", names_of([known[name] for name in names]))

    def title(name: str) -> str:
        whole = f"{KINDS[name.rpartition('.')[0]]}: {told(known[name]).title}"
        return shorten(whole, LONGEST_LABEL, placeholder=" …")

    picked = [each.name for each in scenes]
    st.multiselect(
        "Scenes, in the order in which they are picked",
        [*known],
        format_func=title,
        **bound("story_picks", picked, take),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        press("Begin anew", "restart_alt", "begin_anew", partial(_begin_anew, scenes, talk))
        is_ready = not names_of(scenes)
        press("The ready talk", "undo", "story_ready", partial(take, [*TALK]), disabled=is_ready)
        st.code(link(story=names_of(scenes)), language=None, wrap_lines=True)


def told_to_all(scenes: Sequence[Scene], scene: Scene) -> Shown:
    """What the audience is to see; without what only a link of somebody's own making can hold."""
    link = {
        key: texts
        for key, texts in address.whole().items()
        if key not in UNTOLD and len("".join(texts)) <= LONGEST
    }
    return Shown(scene.name, {**link, "story": [names_of(scenes)]}, tuple(stage.picked(scene)))


def _begin_anew(scenes: Sequence[Scene], talk: Talk) -> None:
    """Be as if nothing had been shown yet, as after a rehearsal."""
    record = session().stage
    for each in scenes:
        record.answers.pop(each.name, None)
        record.left.pop(each.name, None)
    record.scene, talk.began = "", clock.now()
    address.set_page_values({"scene": "", "open": ""})


def share(url: str, about: str) -> None:
    """A link that an audience can take from the screen."""
    code = segno.make(url, micro=False).svg_data_uri(scale=8, border=2, light="#fff")
    st.html(f"{_HTML.share(code, url, about)}")


def audience(talk: Talk) -> None:
    """How others follow this talk."""
    st.markdown("# Follow me")
    share(link(follow=talk.id), "This scene in your own browser, and each one after it.")


def following(draw: Callable[[Talk, Shown, Scene], object], talk_id: str) -> bool:
    """Draw what a talk shows, and again whenever it moves; else say that there is none.

    Returns whether there is one.
    """
    talk = TALKS.find(talk_id)
    if talk is None or talk.shown is None:
        st.markdown("# This talk is over")
        hint(GONE)
        act = partial(address.set_page_values, {"follow": "", "notes": ""})
        press("Present it yourself", "slideshow", "present_own", act)
        return False

    def follow_talk() -> None:
        TALKS.follow(talk, *here())
        if (shown := talk.shown) and (scene := find(shown.scene)):
            draw(talk, shown, scene)
            fragment(_look, run_every=LOOK_SECONDS)(talk, shown, TALKS.is_given(talk))

    fragment(follow_talk)()
    return True


def _look(talk: Talk, shown: Shown, there: bool) -> None:
    """Draw the page anew where nobody has told it to, or the presenter has gone or come."""
    is_gone = TALKS.find(talk.id) is not talk
    if is_gone or talk.shown != shown or TALKS.is_given(talk) != there:
        st.rerun()


def _place(shown: Shown) -> tuple[int, tuple[Scene, ...]]:
    """Where the scene stands in its story, from 0, and that story."""
    scenes = story(shown.query.get("story", [""])[-1])
    names = [each.name for each in scenes]
    return (names.index(shown.scene) if shown.scene in names else 0), scenes


def follow(talk_id: str) -> None:
    """The presenter's scene, which can be looked at alone, and the way off."""
    with st.container(key="present"):
        is_on = following(_followed, talk_id)
    if is_on:
        with st.container(key="present_off"):
            act = partial(_go_off, talk_id)
            press("Look around on my own", "explore", "look_around", act)


def _followed(talk: Talk, shown: Shown, scene: Scene) -> None:
    record = session()
    address.put({key: texts for key, texts in shown.query.items() if key != "run"}, KEYS)
    record.run.id = shown.query.get("run", [None])[-1]
    own = record.stage  # which has answers that are none of the presenter's business
    record.stage = Stage(scene.name, answers={scene.name: [*shown.answers]})
    try:
        show(scene, settle_widgets(), follows=True)
    finally:
        record.stage = own
    place, scenes = _place(shown)
    with st.container(key="present_foot", horizontal=True, vertical_alignment="center"):
        gone = "" if TALKS.is_given(talk) else " The presenter has left: this was shown last."
        st.markdown(f"You follow a talk: {place + 1} of {len(scenes)}.{gone}", width="content")


def _go_off(talk_id: str) -> None:
    """Present what the talk shows now, with the way back."""
    talk = TALKS.find(talk_id)
    if talk and talk.shown:
        off = {"scene": talk.shown.scene, "story": names_of(_place(talk.shown)[1])}
        address.set_page_values({"follow": "", "back": talk_id, **off})


def back() -> None:
    """The way back to the presenter, for who went off."""
    if talk_id := address.page_value("back"):
        act = partial(address.set_page_values, {"follow": talk_id, "back": ""})
        with st.container(key="present_back"):
            press("Back to the presenter", "undo", "go_back", act)


def notes(talk_id: str) -> None:
    """Speaker's notes to the scene that the presenter has, in a window of their own."""
    with st.container(key="present"):
        following(_noted, talk_id)


def _noted(talk: Talk, shown: Shown, scene: Scene) -> None:
    place, scenes = _place(shown)
    said = told(scene)
    st.markdown(f"# {plain(said.title)}")
    with st.container(key="speaker_notes"):
        st.markdown(said.notes or said.text or "Nothing is noted for this scene.")
        for ask in scene.asks:
            right = ask.options[ask.right]
            st.markdown(f"{plain(ask.text)} **{plain(right.text)}**: {plain(right.why)}")
    after = told(scenes[place + 1]).title if place + 1 < len(scenes) else "the end"
    hint(f"{place + 1} of {len(scenes)}. Next: {after}")
    _browser(scene, talk, notes=True)
