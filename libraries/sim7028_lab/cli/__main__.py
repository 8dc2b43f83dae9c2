"""`python -m sim7028_lab.cli` is `sim7028-lab`."""

from sim7028_lab.entry import main

main()
