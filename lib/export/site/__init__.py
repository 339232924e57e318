"""The gallery, the guide and the cell as plain files, for any static host or a disk.

`python -m lib.export.site OUT` writes the files. All words, numbers and pictures are those of the
app: its scenes, charts and recorded runs. Nothing is trained, and no page loads other sites' files.
"""

from lib.export.site.pages import write_site
