"""Benchmarks. They print measurements and assert no times."""
