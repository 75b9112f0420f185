"""What did the company deliver for a quarter, which rows count, and what became of all the others?

Delivered files → text (``reading``) → the contract (``shaping``, stored by ``validated``) → the version of each row that
counts (``reconcile``), with what makes the delivery incomplete (``completeness``) or suspect (``suspicions``) beside it.
"""
