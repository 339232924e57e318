"""What is told with the app: the gallery's cards, the guide's steps, and the scenes of a talk.

All are scenes: settings as an address has them, a picture by its name, and words; one more is a row
in `gallery.toml`, `guide.toml` or `talk.toml`. The cards' runs and small pictures are recorded.
Nothing is trained or drawn, and nobody's place in the guide or a talk is kept: that is `lib.ui`'s.
"""

from lib.story.scenes import GALLERY, GUIDE, SCENES, TALK, Ask, Scene, plot_of, runs_of, story
