"""The story of `make demo`: orgscope's promise on a small scale, with real parts, each step asserted."""
