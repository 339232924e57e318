"""Read an uploaded file into a `Table`: libraries parse it, this package resolves ambiguities."""
