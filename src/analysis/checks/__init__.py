"""Was each duty of the policy carried out this quarter? Rules over result tables, one per clause."""
