"""The pages, one module a group, each with a `router`."""
