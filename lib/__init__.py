"""Unrolled's library: everything except the pages. `lib/README.md` is the map.

A package imports only packages below it on the map. Only `lib.ui` imports streamlit. Only the code
of the worker (`lib.training.engine`, its layers and its answers) imports keras or tensorflow. All
other code works in a plain Python script: see README, "Use it from a script".
"""

import os

# For the small matrix products of a recurrent step, NumPy's threads cost more time than they save.
# This holds in the page process and in the worker. NumPy reads the setting when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
