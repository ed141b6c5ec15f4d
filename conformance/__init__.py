"""What is done with the model: judging, planning, reporting, the command line; each module is imported by its own name.

Not here: the rules themselves (model), and how a vault is reached (adapters).
"""
