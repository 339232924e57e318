"""Training in a process of its own.

`client` is the way in. It knows all runs (`run_book`) and open `questions`, and has each worker
kept alive by a `supervisor`. The `worker` is a loop that gives each `worker_run` its turns; their
`pair_trainer`s train with the `engine`, and `answers` are what only Keras can say.
"""
