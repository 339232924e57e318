"""Benchmarks: they print measurements, and assert nothing about time."""
