"""Read models in PostgreSQL, fed by the log. Dropped and rebuilt at will; no decision is made from them.

Start at `base.py`; `runner.py` feeds the projections, `rebuild.py` builds one anew beside the live one, and
`queries.py` is what screens, exports and the API read. One database serves one branch, so that rows carry no
branch.
"""
