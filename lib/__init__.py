"""Unrolled's library: everything but the pages. README's map says what each room is for.

A room imports only those that stand below it there. Nothing outside `lib.ui` imports streamlit, and
only what runs in the worker (`lib.training.engine`, its layers and its answers) imports keras or
tensorflow, so all the rest works from a plain Python script: see README, "Use it from a script".
"""
