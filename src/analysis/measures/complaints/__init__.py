"""What do customers object to, and what becomes of it (notebook 50)?"""
