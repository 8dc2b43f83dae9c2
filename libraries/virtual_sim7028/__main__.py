"""`python -m virtual_sim7028`."""

import sys

from virtual_sim7028.process import main

if __name__ == "__main__":
    sys.exit(main())
