"""What TensorFlow reads when it is imported: environment variables, from `environment.toml`."""

import os
from importlib import metadata

from lib.text import beside

_TABLE = beside(__file__)
VARIABLES: dict[str, str] = _TABLE["variables"]
XLA_FLAGS = " ".join(_TABLE["xla_flags"])


def set_environment() -> None:
    """Set the variables of this process. XLA flags that are set already come last, and so hold."""
    os.environ.update(VARIABLES)
    names = "tensorflow-cpu", "tensorflow"
    installed = [each for name in names for each in metadata.distributions(name=name)]
    if installed and installed[0].version.startswith(_TABLE["xla_flags_for"]):
        os.environ["XLA_FLAGS"] = f"{XLA_FLAGS} {os.environ.get('XLA_FLAGS', '')}".strip()
