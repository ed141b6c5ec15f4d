"""A vault as its users' code sees it: asked through the official SDK for Python (extra `azure`).

Not here: asking it over plain HTTP (remote).
"""
