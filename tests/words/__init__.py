"""What screens and scripts say, recorded before a change of form and compared after it."""
