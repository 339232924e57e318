"""Read an uploaded file into a `Table`. Libraries parse; this package resolves ambiguities."""
