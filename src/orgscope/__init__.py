"""orgscope: a WorkOS mirror in your own PostgreSQL, and the authority for tenant isolation."""
