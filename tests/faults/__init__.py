"""Tests of faults: killed workers and nodes, impatient users, and random users."""
