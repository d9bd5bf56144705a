"""Chaos: random histories of a WorkOS, delivered badly; the mirror must equal it in the end.

    plan ─▶ world_steps (what happens at WorkOS) ─┐
                                                  ├─▶ history / kill_history ─▶ verdict
    delivery, runtime_steps (how it arrives) ─────┘

``make chaos`` runs many (``__main__``), ``tests/chaos/test_chaos.py`` some. A history that fails
is made small by ``shrink``.
"""
