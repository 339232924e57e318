"""What needs Keras, asked or as recorded: its claims, and what the real worker computes."""
