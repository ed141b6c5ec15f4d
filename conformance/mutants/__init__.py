"""Vaults that are each wrong in one way: what the suite must find.

Not here: how they are run and counted (trials).
"""
