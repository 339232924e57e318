"""Messages to look at where nobody has pasted one: what Keras says of the commonest mistakes."""

from lib.toml import beside

_FILE = beside(__file__)

EXAMPLES: dict[str, str] = _FILE["examples"]
"""By a short name, which stands in the address."""

CHECKLIST: list[str] = _FILE["checklist"]
"""What to look at, in this order, when a message says nothing."""
