"""Servers and workers that are killed, stopped or clicked at random; one server per file."""
