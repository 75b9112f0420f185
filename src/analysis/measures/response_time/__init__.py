"""How long do customers wait (notebook 30)?"""
