"""Write the sample insurer again: ``python -m analysis.sample [directory]`` (default ``data/sample``)."""

import sys
from pathlib import Path

from analysis.sample import write_sample

if __name__ == "__main__":
    write_sample(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("data/sample"))
