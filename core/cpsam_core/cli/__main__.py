"""`python -m cpsam_core.cli` is `cpsam`."""

import sys

from . import main

sys.exit(main())
