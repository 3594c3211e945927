"""One start: loads the handler, has it answer the event, and says how long that took."""

import json
import os
import sys
import time

event = json.loads(sys.argv[1])
before = time.perf_counter()
from app import handler  # noqa: E402

result = handler(event, None)
ms = (time.perf_counter() - before) * 1000
print("\n" + json.dumps({"ms": ms, "result": result}, separators=(",", ":")), flush=True)
os._exit(0)
