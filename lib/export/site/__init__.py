"""The gallery, the guide and the cell as plain files: `python -m lib.export.site OUT`.

All words, numbers and pictures are those of the app. No page loads files of other sites.
"""

from lib.export.site.pages import write_site
