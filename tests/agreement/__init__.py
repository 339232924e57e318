"""Tests against Keras (live or by recorded answers) and against the real worker process."""
