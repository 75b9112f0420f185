"""What did the company deliver for a quarter, which rows count, and what became of all the others?

Delivered files (``deliveries``) → text (``reading``) → the contract (``shaping``, stored by ``validated``) → the
version of each row that counts (``reconcile``); beside it names outside the contract (``vocabulary``), what makes a
delivery incomplete (``completeness``) or suspect (``suspicions``). ``deliver`` does it all and returns a ``delivery``.
"""
