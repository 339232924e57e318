"""What is told with the app: the gallery's cards, the guide's steps, and the scenes of a talk.

All are scenes: settings as an address has them, a picture by its name, and words; some ask before
they show. A card, a step or a scene more is a row in `gallery.toml`, `guide.toml` or `talk.toml`.
Nothing here draws: `lib/ui/stage.py` puts a scene on a page.
"""

from lib.story.cards import plot_of, runs_of
from lib.story.scene import GALLERY, GUIDE, TALK, Ask, Scene, Until, all_scenes, find, offer, story
