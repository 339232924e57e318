"""Write the static site: `python -m lib.export.site OUT --app https://my-app.streamlit.app`."""

import argparse
from pathlib import Path

from lib.export.site import write_site

parser = argparse.ArgumentParser(prog="python -m lib.export.site", description=__doc__)
parser.add_argument("out", type=Path, help="the folder to write; existing files are replaced")
parser.add_argument("--app", default="", help="the address of the app, for links to open it live")
parser.add_argument("--address", default="", help="the address of this site, for link previews")
chosen = parser.parse_args()
pages = write_site(chosen.out, app=chosen.app, address=chosen.address)
print(f"Wrote {pages} pages. Open {chosen.out / 'index.html'}")
