"""Training in a process of its own: what crosses to it, the engine, its loop, and its client."""
