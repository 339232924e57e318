"""A talk, scene by scene, and those who follow it in their own browsers."""
