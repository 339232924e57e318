"""Training in worker processes: all that lies between a Train button and the points of a chart.

1. `TrainingClient.start` (`client`) makes a **run**, which the `run_registry` gives to a worker.
2. The `worker_pool` keeps each **worker process** alive, which gets the command (`worker_process`).
3. The `worker`'s loop gives every `worker_run` its turns: to wait for a compiled program, to train,
   and to evaluate its models (`pair_trainer`; the mathematics is in the `engine`).
4. A run sends a **snapshot** five times a second, and a **checkpoint** every two seconds.
5. The **client** keeps the newest of both (`run_registry`); a page reads `TrainingClient.latest`.
6. `TrainingClient.pause` (or `resume`, `step`, `stop`) sends a command; `WorkerRun.pause` obeys.
7. When a worker dies, its runs go on with another one from their checkpoints.
8. A run that nobody looks at is paused, and forgotten later (`run_registry`).
9. `TrainingClient.ask` puts questions that only Keras can answer to the worker (`answers`).
10. With a cluster, the pool's worker is its driver (`cluster`), which makes one of many slots.
"""

from lib.training import limits, machine
from lib.training.architecture import architecture_of, bucket_of
from lib.training.client import AnswerFuture, TrainingClient
from lib.training.limits import MAX_SWEEPS, USUAL_SEEDS, check, seconds, sweep_refusal, with_seeds
from lib.training.machine import give_way
from lib.training.messages import BUILDING, decode, encode
from lib.training.recorded import read, recorded, recorded_answer, recorded_damage, recorded_leak
from lib.training.run_registry import KEEP_SECONDS, WATCH_SECONDS
