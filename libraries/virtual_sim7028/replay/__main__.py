"""`python -m virtual_sim7028.replay`."""

import sys

from virtual_sim7028.replay.process import main

if __name__ == "__main__":
    sys.exit(main())
