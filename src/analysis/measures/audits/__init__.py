"""Is the work correct and by the rules (notebook 40)?"""
