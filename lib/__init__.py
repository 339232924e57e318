"""Unrolled's library: everything but the pages.

Nothing outside `lib.ui` imports streamlit, and nothing but `lib.training.engine` imports keras
or tensorflow, so all of it works from a plain Python script. See README, "Use it from a script".
"""
