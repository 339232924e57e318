"""Tests: unit, app (pages in AppTest), agreement (with Keras), browser, faults, and benchmarks."""
