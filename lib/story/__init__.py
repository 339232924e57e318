"""The gallery's cards, the guide's steps and the talk's scenes, as data.

Each is a `Scene`: settings as an address has them, the name of a picture, and texts. `lib.ui` draws
scenes, trains, and remembers a user's place. The cards' runs and small pictures are recorded.
"""

from lib.story.scenes import GALLERY, GUIDE, SCENES, TALK, Ask, Scene, plot_of, runs_of, story
