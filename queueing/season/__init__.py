"""The season as data: the branch, its hours, waves, holidays, answers and numbers, loaded from `config/`."""
