"""Another browser's run on an upload, as a session that watches it sees it."""

import streamlit as st

from lib.results import Run, SeedWeights, SkillTable, skill_of_seeds
from lib.ui import runs
from lib.ui.fragment import fragment
from lib.ui.session import session

NOT_HERE = "Explore and Compare show the link's run, which is on another person's file."


def foreign_upload() -> Run | None:
    """The watched run on another browser's upload, where this session has no upload itself."""
    run, _ = runs.current_run() or (None, None)
    is_upload = run is not None and run.experiment.data.name == "upload"
    return run if is_upload and session().upload.table is None else None


def leave_foreign_run() -> None:
    """Let a scene show its own data: its controls can't do anything to a foreign run."""
    if foreign_upload():
        session().address.opened = "bare"
        session().address.complaints.append(NOT_HERE)


def follow_sharing(run: Run) -> None:
    """Have the page run again when the run's owner shares its rows, or hides them."""

    def look() -> None:
        if runs.may_see_rows(run) != run.dataset.has_rows:
            st.rerun()

    fragment(look, run_every=runs.WATCH_SECONDS)()


def worth_of(run: Run, weights: SeedWeights) -> SkillTable | None:
    """The errors of a run's models and baselines, for a browser that may not see its rows.

    None for data of no table.
    """
    whole = runs.client().get(run.id) or run
    if whole.dataset.origin is None:
        return None
    return skill_of_seeds(whole.experiment, whole.dataset, weights)
