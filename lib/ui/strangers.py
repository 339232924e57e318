"""Another person's run on an upload: what a session that watches it sees beyond `lib.ui.runs`."""

import streamlit as st

from lib.results import Run, SeedWeights, SkillTable, skill_of_seeds
from lib.ui import runs
from lib.ui.fragment import fragment
from lib.ui.session import session

NOT_HERE = "Explore and Compare show the link's run, which is on another person's file."


def foreign_upload() -> Run | None:
    """Another browser's run on an upload, where this session watches it and has no upload."""
    run, _ = runs.current_run() or (None, None)
    is_upload = run is not None and run.experiment.data.name == "upload"
    return run if is_upload and session().upload.table is None else None


def leave_foreign_run() -> None:
    """Let a scene show data of its own: none of its controls could do anything to such a run."""
    if foreign_upload():
        session().address.opened = "bare"
        session().address.complaints.append(NOT_HERE)


def follow_sharing(run: Run) -> None:
    """Have the page run again when the owner of this run shares its rows, or hides them."""

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
