import sys

from indicators.spc.conformance import main

raise SystemExit(main(sys.argv[1:]))
