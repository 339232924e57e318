"""A person's file → a `Table`. Libraries parse; here we decide and note what a file leaves open."""
