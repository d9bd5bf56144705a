"""``python -m orgscope``."""

from orgscope.cli import main

main()
