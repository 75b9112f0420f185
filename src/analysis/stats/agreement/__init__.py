"""Do several raters, items or occasions say the same of the same thing?"""
