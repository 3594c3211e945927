"""What is wrong with a document, and where in it."""

import json
import re


class Findings:
    """An error refuses the import, a warning does where the caller asks for it, an info never does."""

    def __init__(self):
        self.errors, self.warnings, self.infos = [], [], []

    def error(self, place, text):
        add(self.errors, place, text)

    def warning(self, place, text):
        add(self.warnings, place, text)

    def info(self, place, text):
        add(self.infos, place, text)

    def refusal(self, fails_on_warnings):
        """The exception's message; None where there is nothing to refuse."""
        if self.errors:
            lines = ["Errors found during import:", *self.errors]
            if self.warnings:
                lines += ["Additionally, these warnings were found:", *self.warnings]
            return "\n".join(lines)
        if self.warnings and fails_on_warnings:
            return "\n".join(["Warnings found during import:", *self.warnings])
        return None


def add(findings, place, text):
    line = f"{show(place)}: {text}"
    # What several operations refer to is looked at for each of them.
    if line not in findings:
        findings.append(line)


def show(place):
    """paths.'/things/{id}'.get.security.0"""
    return ".".join(key if re.fullmatch(r"[\w-]+", key) else f"'{key}'" for key in map(str, place)) or "the document"


def quote(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:119]}…"
