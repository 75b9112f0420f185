"""Was the quarter collected as planned (notebook 10)?"""
