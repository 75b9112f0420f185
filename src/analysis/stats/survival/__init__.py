"""How long do cases take, and what may still happen to the open ones?"""
