"""The Cell page: its controls and playhead, its requests to Keras, and its five parts."""
