"""Measurements of what a branch can bear; docs/bench.md says what each one means. `python -m bench` runs
all of them, `queueing bench booking` and its sisters one."""
