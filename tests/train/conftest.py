"""Everything here runs on cpu(0) and on cpu(1), and fails if an array lands elsewhere."""

from contexts import device, guarded  # noqa: F401
