"""The JSON API under /api/v1, for the bank's own systems: the same rules and the same numbers as the pages,
behind keys with scopes. docs/api.md is its tutorial."""
