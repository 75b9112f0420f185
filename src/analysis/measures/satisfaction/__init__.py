"""What do customers say of the service (notebook 20)?"""
