"""Do persons differ by more than chance, and what can be said about one of them?"""
