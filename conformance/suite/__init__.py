"""The suite: what is asked of a vault, in which order, and what its answers are held against.

Not here: recordings that others made (readers, check_trace), the command line (cli).
"""
