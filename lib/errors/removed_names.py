"""Names that earlier versions had, and that are gone from Keras 3: what takes their place."""

from __future__ import annotations

import re

from lib.errors.message import Explanation, Messages

MESSAGES = Messages("removed_names")


@MESSAGES.computed(
    r"(?:'(?P<owner>[\w.]{1,100})' )?(?:object )?has no attribute '(?P<name>\w{1,100})'",
    r"cannot import name '(?P<name>\w{1,100})' from '(?P<owner>(?:keras|tensorflow)[\w.]{0,200})'",
)
def _gone(match: re.Match[str]) -> Explanation | None:
    owner, name = match["owner"] or "The object", match["name"]
    if name not in MESSAGES.said:
        return None
    return MESSAGES.say(name, gone=f"{owner} has no {name} in Keras 3.")
