"""How do several figures make one, and why does that one differ from another?"""
