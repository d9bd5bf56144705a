"""booking: practices, their people and what guests can book. A user's project of orgscope."""
