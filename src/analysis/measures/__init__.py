"""What does the policy ask, indicator by indicator? One module per question, each a function of a run to a table."""
