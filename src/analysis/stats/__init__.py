"""Which estimate, and how sure are we? Counts in, tidy tables out; nothing here knows what is being counted."""
