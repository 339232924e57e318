"""The overview of a talk: its scenes as small pictures to open, reorder, add and remove."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from lib import charts
from lib.data import DATASETS, FIRST
from lib.story import TALK, Scene, pictures, plot_of
from lib.ui import address, clock, talks
from lib.ui.browser import current_palette
from lib.ui.frame import PAGES
from lib.ui.session import session
from lib.ui.views import TALK_SCENES
from lib.ui.widgets import bound, hint, plain, press

# Labels by the prefix of a scene's name.
KINDS = {"": "Talk", "gallery": "Gallery", "guide": "Guide", "view": "Picture"}


def _draw_picture(scene: Scene) -> None:
    """Draw a scene's small picture: a recorded chart, a shrunk HTML picture, or its page's icon."""
    palette, plot, query = current_palette(), plot_of(scene), scene.query
    if plot:
        st.html(charts.small_picture(plot, "", palette))
    elif scene.shows in ("strip", "advice") or (scene.shows == "stack" and "stack" in query):
        drawing = next(pictures.pictures_of(scene, scene.shows))
        st.html(f'<div class="thumbnail">{drawing.draw(palette)}</div>')  # present.css zooms out
    else:
        st.markdown(PAGES[scene.page][1])


def draw_overview(scenes: Sequence[Scene], scene: Scene, talk: talks.Talk) -> None:
    """Draw small pictures of all scenes, to open or to reorder, and a list to pick scenes from."""
    picked, place = [each.name for each in scenes], scenes.index(scene)
    st.markdown("# All scenes")
    with st.container(key="scenes"):
        for number, each in enumerate(scenes):
            with st.container(key=f"scene_card_{number}"):
                _draw_picture(each)
                act = partial(address.set_page_values, {"scene": each.name, "open": ""})
                label, is_open = f"{number + 1}. {plain(each.title)}", each is scene
                look: Any = {"type": "primary" if is_open else "secondary", "wrap": True}
                st.button(label, f"go_{number}", on_click=act, width="stretch", **look)

    def start_over() -> None:  # for use after a rehearsal
        record = session().stage
        for name in picked:
            record.answers.pop(name, None)
            record.subjects.pop(name, None)
        record.scene, talk.began = "", clock.now()
        talk.votes.clear()
        talk.shown = talk.shown and replace(talk.shown, answers=())
        address.set_page_values({"scene": "", "open": ""})

    titles = {k: f"{KINDS[k.rpartition('.')[0]]}: {each.title}" for k, each in TALK_SCENES.items()}
    menu = bound("story_picks", picked, talks.set_scenes)
    hint("Open a scene to mark it. The buttons move the marked scene.")
    with st.container(horizontal=True, vertical_alignment="center"):
        back, forward = (partial(talks.move_scene, picked, place, place + by) for by in (-1, 1))
        press("Move back", "arrow_back", "scene_earlier", back, disabled=scene is scenes[0])
        press("Move forward", "arrow_forward", "scene_later", forward, disabled=scene is scenes[-1])
        with st.popover("Add or remove", icon=":material/playlist_add:"):
            st.multiselect("Scenes in your talk", [*titles], format_func=titles.__getitem__, **menu)
            first = DATASETS[FIRST].title
            hint(f"In this list, scenes that begin with “Picture” show the dataset “{first}”.")
        about = "Clear answers, votes and settings, and restart the clock. Your scenes stay."
        press("Restart the talk", "restart_alt", "start_over", start_over, help=about)
        ready, is_ready = partial(talks.set_scenes, [*TALK]), picked == [*TALK]
        press("Restore original", "undo", "story_ready", ready, disabled=is_ready)
        with st.popover("Link to talk", icon=":material/link:"):
            st.code(talks.link(story=talks.in_address(picked)), language=None, wrap_lines=True)
