"""The parts of the Cell page: what it looks at, the playhead, and its three sections."""
