"""The web: pages for retirees, the counter, employers and the manager. Thin: rules live in the domain,
numbers in the projections, names in the vault. Start reading at `app.py`; one module a page group in
`routes/`."""
