"""The emulator: the in-memory vault behind HTTP, for clients that take it for the service."""
