"""What moves a figure, and is a change more than chance?"""
