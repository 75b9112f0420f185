"""What was done about problems, and did it work (notebook 70)?"""
