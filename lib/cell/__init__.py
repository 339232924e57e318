"""A recurrent layer opened up in NumPy, on top of `lib.recurrence`.

One unit's formulas with a step's numbers, both directions, padded batches, and an order of units
that puts those side by side that move alike.
"""
