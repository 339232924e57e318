"""Training in worker processes: from the Train button to the points of a chart. It draws nothing.

1. The button calls `lib.ui.runs.train`, which calls `TrainingClient.start` (`client`). The client
   makes a **run**, which `run_registry` keeps, and sends a command to a **worker process**.
2. `worker_pool` chooses the worker process and replaces one that dies (`worker_process`).
3. In that process, `worker` gives turns to runs (`worker_run`). `programs` compiles a run's
   training step; `pair_trainer` trains and evaluates its models with the `engine`'s mathematics.
4. A run sends a **snapshot** about five times a second, and a **checkpoint** every two seconds.
5. The **client** keeps the newest of both. `lib.ui.fragment.following_fragment` reads
   `TrainingClient.latest` and draws the charts.
6. `TrainingClient.pause`, `resume`, `step` and `stop` send a command; `WorkerRun` in
   `worker_run` obeys.
7. When a worker dies, its runs go on with another one, from their checkpoints or from epoch 0.
8. A run that nobody looks at is paused, and forgotten later (`run_registry`).
9. `TrainingClient.ask` sends a worker questions that only Keras can answer (`answers`).
10. In a cluster, the worker process is the cluster's driver (`cluster`), which starts many workers.
"""

from lib.training import limits, machine, messages
from lib.training.architecture import architecture_of, bucket_of
from lib.training.client import AnswerFuture, TrainingClient
from lib.training.limits import MAX_SWEEPS, USUAL_SEEDS, sweep_refusal, with_seeds
from lib.training.machine import give_way
from lib.training.messages import MSGSPEC_LOCK
from lib.training.recorded import read_recording, recorded, recorded_answer
from lib.training.run_registry import KEEP_SECONDS, WATCH_SECONDS
