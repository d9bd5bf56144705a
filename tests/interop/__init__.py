"""Interop: the official emulator of WorkOS is mirrored, and compared with its mirror field by field.

    packages (npm) ─▶ namespace (unshare) ─▶ emulator ◀─ contents, probes (SDK, raw requests)
                                                │
                             mirror (commands) ─┘ ─▶ comparison ─▶ stages: the verdict

``make interop`` runs it (``__main__``). What is known to be wrong with the emulator is declared in
``deviations``; anything else is a failure. ``docs/explanation/interop.md`` says what is shown.
"""
