"""How an attempt ended, and what a run found, for people and for machines.

``outcome`` is how one statement ended; ``report`` has cases, fates of mutants and the verdict;
``access`` draws who reached what; ``render`` prints, and writes JSON and JUnit.
"""
