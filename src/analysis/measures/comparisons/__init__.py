"""Do branches, channels, shifts and partners differ (notebook 30)?"""
