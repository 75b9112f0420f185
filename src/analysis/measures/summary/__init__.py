"""Where do we stand as a whole, and what needs doing (notebook 00)?"""
