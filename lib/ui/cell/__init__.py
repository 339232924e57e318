"""The Cell page: what it looks at, the playhead, and its four parts."""
