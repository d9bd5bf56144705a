"""The story of `make demo`: the promise on a small scale, with real parts, each step asserted."""
