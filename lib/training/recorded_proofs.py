"""Recorded proofs of silent mistakes, to be seen before anybody trains: see `lib.doctor.proof`.

`python -m lib.training.recorded_proofs` trains them all in the real worker, and writes one `.npz`
file each. Reading them back needs no TensorFlow.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lib.doctor.proof import PROOFS, ProofResult
from lib.training.recorded import FOLDER


@lru_cache(maxsize=len(PROOFS))
def recorded_proof(case: str) -> ProofResult:
    """The recording of a proof, by its key in PROOFS."""
    with np.load(FOLDER / f"proof_{case}.npz") as file:
        return ProofResult.from_arrays(dict(file))


def main() -> None:
    """Record all proofs."""
    from lib.training.client import TrainingClient  # noqa: PLC0415  readers need no worker

    with TrainingClient() as client:
        for case in PROOFS:
            arrays = client.ask("target_proof", case=case).result(timeout=120)
            np.savez_compressed(FOLDER / f"proof_{case}.npz", **arrays)
            result = ProofResult.from_arrays(arrays)
            print(
                case,
                {side: (float(result.loss[side][-1]), result.error(side)) for side in result.said},
            )


if __name__ == "__main__":
    main()
