"""The REST API of the local WorkOS: one module per noun; each handler only translates."""
