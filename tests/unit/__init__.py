"""Tests that need no Keras, browser or page. Add a new test to the file of its module."""
