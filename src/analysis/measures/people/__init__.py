"""What can be said of people (notebook 60)?"""
