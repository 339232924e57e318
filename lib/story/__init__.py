"""The gallery's cards, the guide's steps and the talk's scenes, as data, and their pictures."""

from lib.story import pictures
from lib.story.scenes import (
    FILE,
    GALLERY,
    GALLERY_TEXT,
    GALLERY_TITLE,
    GUIDE,
    SCENES,
    TALK,
    Ask,
    Option,
    Scene,
    experiment_of,
    experiments_of,
    plot_of,
    runs_of,
    story,
)
