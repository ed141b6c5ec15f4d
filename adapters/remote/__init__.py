"""Vaults that are far away: any vault by URL, and an emulator that is started for the purpose.

Not here: the wire format (wire), the emulator itself.
"""
