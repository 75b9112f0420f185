"""How does a run become a sealed report?"""

import sys

# nbformat's validator would import this optional checker of addresses, which takes two seconds and is never asked
# anything here. None makes its import fail at once, as if it were not installed.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None is the documented way to block an import
