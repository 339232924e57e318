"""Which Keras and which TensorFlow the worker runs."""

from __future__ import annotations

import keras
import tensorflow as tf


def versions() -> dict[str, str]:
    """Their version numbers, by name."""
    return {"Keras": keras.__version__, "TensorFlow": tf.__version__}
