"""Tests: unit (no Keras), agreement (against Keras), app (AppTest), browser (Chromium), bench."""
