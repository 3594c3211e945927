"""Placeholders that nobody filled: what a deployment's template engine has left in the document.

A stage variable in a URI, which API Gateway would fill, is refused as well: nobody sets one here.
"""

import re

from .document import walk

TEMPLATES = {"requestTemplates", "responseTemplates"}
MAPPINGS = {"requestParameters", "responseParameters"}
SELECTION = re.compile(r"\$\{(request|response|context|stageVariables)\.[^}]+\}")
# VTL's own names: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
VARIABLES = {"input", "context", "util", "stageVariables", "foreach", "velocityCount"}


def check_placeholders(document):
    for _, value, place in walk(document.content):
        if not isinstance(value, str):
            continue
        if TEMPLATES & set(place):
            made = set(re.findall(r"#(?:set|foreach)\s*\(\s*\$!?\{?([\w-]+)", value))
            unknown = [name for name in re.findall(r"\$!?\{([\w-]+)", value) if name not in VARIABLES | made]
            left = unknown[0] if unknown else None
        else:
            rest = SELECTION.sub("", value) if MAPPINGS & set(place) else value
            found = re.search(r"\$\{([^}]*)", rest)
            left = found[1] if found else None
        if left is not None:
            document.findings.error(place, f"nobody has filled ${{{left}}}")
