"""The parts of the Explore page: the run as it goes, and the cards of its charts."""
