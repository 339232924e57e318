"""The Cell page: what it looks at, the playhead, and its four parts."""

from lib.ui.cell import break_it, learn, proof, unrolled

PARTS = {
    "unrolled": ("Unrolled", (), unrolled.draw),
    "proof": ("Proof", ("modes",), proof.draw),
    "break": ("Break it", ("breakings",), break_it.draw),
    "learn": ("How they learn", ("reach", "one way", "both ways"), learn.draw),
}
"""Part, as the address names it → its title, the places of its answers, and what draws it."""
