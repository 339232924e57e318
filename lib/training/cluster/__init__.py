"""Training on more than one machine, by Ray: what lies between a page server and the cluster.

`UNROLLED_RAY` names the cluster. Then a page server's `TrainingClient` has a `driver`, a process of
its own, beside its local workers. The driver speaks the worker's protocol on one side, and on the
other calls actors of the cluster (`on_ray`, which alone imports ray): `slot`s, each with the
worker's own loop, which train; and one `board`, which tells page servers which slot has a run.
Ray places the actors, watches them and restarts them.
"""

from functools import partial

from lib.text import beside, say

said = partial(say, beside(__file__, "words"))
