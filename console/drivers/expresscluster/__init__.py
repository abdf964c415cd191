"""NEC EXPRESSCLUSTER X: `clpstat` and `clp.conf` are read, `clpgrp` is told."""
