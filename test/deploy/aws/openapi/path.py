"""The paths of an API: their segments and their parameters."""

import re

PARAMETER = re.compile(r"\{([a-zA-Z0-9_.-]+)(\+?)\}")


def names_in(path):
    """The parameters of a path, or of an integration's URI."""
    return [name for name, _ in PARAMETER.findall(path)]


def check_path(operation, findings, place, allowed):
    """`allowed` is what a segment may consist of, in the words of a regular expression's class."""
    segments = operation.path[1:].split("/") if operation.path != "/" else []
    for index, segment in enumerate(segments):
        variable = PARAMETER.fullmatch(segment)
        if "{" in segment or "}" in segment:
            if not variable:
                findings.error(place, f"{segment} is no path parameter: one takes a whole segment")
            elif variable[2] and index < len(segments) - 1:
                findings.error(place, f"{segment} takes all that follows, and is not the last segment")
        elif not re.fullmatch(f"[{allowed}]+", segment):
            findings.error(place, f"{segment or 'an empty segment'} is not allowed in a path")
    for name in names_in(operation.path):
        parameter = operation.parameters.get(("path", name))
        if not parameter:
            findings.error(operation.place, f"the path parameter {name} is not declared")
        elif parameter.get("required") is not True:
            findings.error(operation.place, f"the path parameter {name} is not required")
    for where, name in operation.parameters:
        if where == "path" and name not in names_in(operation.path):
            findings.error(operation.place, f"the path has no parameter {name}")


def check_siblings(paths, findings):
    """API Gateway: "A sibling ({id}) of this resource already has a variable path part -- only one is allowed"."""
    variables = {}
    for path in sorted(paths):
        segments = path.split("/")
        for index, segment in enumerate(segments):
            if "{" in segment:
                first = variables.setdefault(tuple(segments[:index]), segment)
                if first != segment:
                    findings.error(("paths", path), f"a sibling ({first}) of {segment} is a path parameter already")
