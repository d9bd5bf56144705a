"""The sub-commands of ``orgscope``: one module for each noun; ``orgscope.cli`` lists them."""
