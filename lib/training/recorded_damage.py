"""The damage of silent mistakes, recorded, to be seen before anybody trains: `lib.doctor.damage`.

`python -m lib.training.recorded_damage` trains them all in the real worker, and writes one `.npz`
file each. Reading them back needs no TensorFlow.
"""

from functools import lru_cache

import numpy as np

from lib.doctor.damage import MISTAKES, Damage
from lib.training.recorded import FOLDER


@lru_cache(maxsize=len(MISTAKES))
def recorded_damage(case: str) -> Damage:
    """The recording for a mistake, by its key in MISTAKES."""
    with np.load(FOLDER / f"damage_{case}.npz") as file:
        return Damage.from_arrays(dict(file))


def main() -> None:
    """Record all of them."""
    from lib.training.client import TrainingClient  # noqa: PLC0415  readers need no worker

    with TrainingClient() as client:
        for case in MISTAKES:
            arrays = client.ask("target_damage", case=case).result(timeout=120)
            np.savez_compressed(FOLDER / f"damage_{case}.npz", **arrays)
            damage = Damage.from_arrays(arrays)
            for side, loss in damage.loss.items():
                print(case, side, float(loss[-1]), damage.error(side))


if __name__ == "__main__":
    main()
