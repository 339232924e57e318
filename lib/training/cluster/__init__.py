"""Training on more than one machine, by Ray. `UNROLLED_RAY` names the cluster.

- A **slot** (`slot`) is one place for training: a named actor of Ray's, one for each processor of
  the cluster, with a worker process of its own. Slots hold **jobs**, which are runs and questions,
  while they go on and afterwards, for any page server that asks for one.
- A **driver** (`driver`): one process of each page server, which its client treats as a worker.
- Nobody keeps a list of which slot has which run: a driver asks all slots for a run's id.

Only `on_ray` imports Ray, which places the slots, watches them and restarts them. Neither a run nor
a sweep's point is an actor or a task of Ray's: each would be a process with its own TensorFlow, and
Ray would retry it from epoch 0. `RunRegistry.fail_over` goes on from a checkpoint, also here.
"""
