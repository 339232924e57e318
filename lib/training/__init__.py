"""Training in a process of its own: the client, and what it relies on.

- `client`: starts, steers and shows runs; with `run_book`, all runs, and `questions`, those open
- `supervisor`: keeps a worker alive; `worker_process` is one of its processes, from the outside
- `messages`, `wire`: what crosses between the two, and how
- `worker`: the loop in that process; `worker_run` is one run in it, `pair_trainer` its models
- `engine`, `recurrent_layers`: Keras, compiled; `answers`: what only Keras can say
- `recorded`, `recorded_damage`: runs that are there before anybody trains
"""
