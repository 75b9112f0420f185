"""Is this point or this unit out of line, or is that chance?"""
