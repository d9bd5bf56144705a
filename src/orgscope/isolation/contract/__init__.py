"""What a project declares: who may do what with its tables, views and functions.

A word of ``contract.toml`` is added in ``model``, and explained in ``docs/reference/contract.md``;
``load`` reads the file, ``finding`` is what contradicts it without anybody having tried.
"""
