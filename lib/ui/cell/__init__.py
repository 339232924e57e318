"""The Cell page: the choice of a layer and the playhead, the questions to Keras, and the parts."""
