"""How sure are we of one figure, or of the gap between two?"""
