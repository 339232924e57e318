"""Train models in worker processes: from the Train button to the chart.

1. The button calls `lib.ui.runs.train`, which calls `TrainingClient.start` (`client`). The client
   adds a **run** to the `run_registry` and sends a command to a **worker process**.
2. `worker_pool` chooses the worker process, and replaces a process that died (`worker_process`).
3. In that process, `worker` schedules runs (`worker_run`). `programs` compiles a run's training
   step with the `engine`. `pair_trainer` trains and evaluates the run's models.
4. A run sends a **snapshot** about five times a second, and a **checkpoint** every two seconds.
5. The **client** keeps the newest snapshot and checkpoint. `lib.ui.fragment.following_fragment`
   reads `TrainingClient.latest` and draws the charts.
6. `TrainingClient.pause`, `resume`, `step` and `stop` send commands to the `WorkerRun`.
7. If a worker dies, its runs fail over: they continue from their checkpoints on another worker, or
   restart from epoch 0.
8. A run that no page shows is paused, and later forgotten (`run_registry`).
9. `TrainingClient.ask` calls functions of the worker that need Keras (`answers`).
10. In a cluster, the worker process is a driver (`cluster`): it forwards commands to many workers.
"""

from lib.training import limits, machine, messages
from lib.training.architecture import architecture_of, bucket_of
from lib.training.client import AnswerFuture, TrainingClient
from lib.training.limits import MAX_SWEEPS, sweep_refusal, with_seeds
from lib.training.machine import give_way
from lib.training.messages import MSGSPEC_LOCK
from lib.training.recorded import answers_of, read_recording, recorded, recorded_answer
from lib.training.run_registry import KEEP_SECONDS, WATCH_SECONDS
