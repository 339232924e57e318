"""The parts of the Compare page: which runs it is about, their list, and what lifts a curve."""
