"""Tests of what only a browser shows: layout, keys, JavaScript, links. `tests.app` has the rest."""
