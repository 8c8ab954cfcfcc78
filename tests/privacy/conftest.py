"""The branch of tests/support.py."""

from tests.support import branch, branch_url, prepared

__all__ = ["branch", "branch_url", "prepared"]
