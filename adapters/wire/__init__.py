"""The wire format: requests and answers as HTTP has them, pure in both directions.

Not here: connections (the emulator, the remote client), tokens, what a request does.
"""

from certlife.adapters.wire.answers import answer_from_wire, answer_to_wire
from certlife.adapters.wire.form import WireAnswer, WireMalformed, WireRequest, refusal
from certlife.adapters.wire.requests import request_from_wire, request_to_wire

__all__ = [
    "WireAnswer",
    "WireMalformed",
    "WireRequest",
    "answer_from_wire",
    "answer_to_wire",
    "refusal",
    "request_from_wire",
    "request_to_wire",
]
