"""`python -m queueing.cli`: the command line where the script is not on the path."""

from queueing.cli import main

main()
