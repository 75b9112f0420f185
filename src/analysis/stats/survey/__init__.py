"""What do sampled answers say about everybody, given how they were drawn and who did not answer?"""
