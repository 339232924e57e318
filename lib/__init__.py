"""Unrolled's library: everything but the pages. `lib/README.md` is the map.

A package imports only those below it on the map. Nothing outside `lib.ui` imports streamlit, and
only what runs in the worker (`lib.training.engine`, its layers and its answers) imports keras or
tensorflow, so all the rest works from a plain Python script: see README, "Use it from a script".
"""

import os

# NumPy's threads cost more than they gain on the small products of a recurrent step, in the page
# process as in the worker. NumPy reads the setting when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
