"""The correctness cases that a trusted mirror must pass: docs/reference/correctness.md lists them.

The number in the name of a test is that of its case. Where a channel is involved, a case runs by
webhook, by feed, and by both.
"""
