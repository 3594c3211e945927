"""Prints what is installed here as `pip freeze` does, and fails where a file is not as it was installed."""

import base64
import hashlib
import importlib.metadata
import sys

lines = []
for distribution in importlib.metadata.distributions():
    name = distribution.metadata["Name"]
    if name in ("pip", "setuptools"):
        continue
    lines.append(f"{name}=={distribution.version}")
    for file in distribution.files or sys.exit(f"{name} has no list of files"):
        if file.hash is None:
            continue
        digest = hashlib.new(file.hash.mode, file.read_binary()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            sys.exit(f"{file} has changed")
print("\n".join(sorted(lines, key=lambda line: line.split("==")[0].lower())))
