"""Unrolled's library: everything but the pages. `lib/README.md` is the map.

A package imports only those below it on the map. Nothing outside `lib.ui` imports streamlit, and
only what runs in the worker (`lib.training.engine`, its layers and its answers) imports keras or
tensorflow, so all the rest works from a plain Python script: see README, "Use it from a script".
"""

import os

# A step of a recurrent layer is a small product, of which NumPy's threads wait for each other more
# than they compute: in the pages, which all visitors share, and in the worker.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported
