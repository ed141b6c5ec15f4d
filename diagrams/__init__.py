"""Pictures of the life cycles, drawn from the tables alone."""
