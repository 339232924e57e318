"""All data that can be chosen: the registry and `make_dataset`, tasks, and bundled tables."""
