"""The gallery's cards, the guide's steps and the scenes of a talk, as data.

Each is a `Scene`: settings in the form of an address, the name of a picture, and texts. A new scene
is a row in `gallery.toml`, `guide.toml` or `talk.toml`. The cards' runs and pictures are recorded.
This package trains and draws nothing and keeps no user's progress: `lib.ui` does.
"""

from lib.story.scenes import GALLERY, GUIDE, SCENES, TALK, Ask, Scene, plot_of, runs_of, story
