"""An OpenAPI document: its text, its references, its operations."""

import json
import re

from jsonschema import Draft4Validator
from openapi_spec_validator.schemas import schema_v30

from .findings import quote

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
ANY = "x-amazon-apigateway-any-method"
DEFAULT = "isDefaultRoute"
OPERATION = {"$ref": "#/definitions/Operation", "definitions": schema_v30["definitions"]}


class Document:
    def __init__(self, content, findings):
        self.content, self.findings = content, findings

    def object_at(self, *place):
        """An empty one where there is none."""
        value = self.content
        for key in place:
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, dict) else {}

    def resolve(self, value, place):
        """What is referred to, and where it stands."""
        seen = []
        while isinstance(value, dict) and "$ref" in value:
            reference = value["$ref"]
            if not str(reference).startswith("#/") or reference in seen:
                return {}, place
            seen.append(reference)
            place = tuple(key.replace("~1", "/").replace("~0", "~") for key in reference[2:].split("/"))
            value = self.object_at(*place)
        return (value if isinstance(value, dict) else {}), place

    def named(self, *place):
        """Each of a map, as it is meant, with its name and its place."""
        for name, value in self.object_at(*place).items():
            if not name.startswith("x-"):
                yield name, *self.resolve(value, (*place, name))

    def operations(self):
        for path, item, place in self.named("paths"):
            for method in (*METHODS, ANY):
                operation = item.get(method)
                if isinstance(operation, dict):
                    verb = "ANY" if method == ANY else method.upper()
                    yield Operation(self, verb, path, operation, (*place, method), item.get("parameters"))


class Operation:
    def __init__(self, document, method, path, content, place, shared_parameters):
        self.document, self.method, self.path = document, method, path
        self.content, self.place = content, place
        self.parameters = {
            (each.get("in"), each.get("name")): each
            for where, parameters in ((place[:-1], shared_parameters), (place, content.get("parameters")))
            if isinstance(parameters, list)
            for index, parameter in enumerate(parameters)
            for each, _ in [document.resolve(parameter, (*where, "parameters", index))]
        }

    def responses(self):
        for code, response in (self.content.get("responses") or {}).items():
            yield code, *self.document.resolve(response, (*self.place, "responses", code))


def parse(text, variables, findings):
    """None where there is nothing to go on with."""
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/import-api-aws-variables.html
    for name, value in variables.items():
        text = text.replace(f"${{AWS::{name}}}", value)
    try:
        content = json.loads(text)
    except ValueError as error:
        findings.error((), f"is no JSON: {error}")
        return None
    if not isinstance(content, dict):
        findings.error((), "is no object")
        return None
    if not re.fullmatch(r"3\.0\.\d+", str(content.get("openapi"))):
        findings.error(("openapi",), f"{quote(content.get('openapi'))} is not 3.0.x")
        return None
    document = Document(content, findings)
    if not all([check_reference(document, reference, place) for reference, place in references(content)]):
        return None
    return document if check_specification(content, findings) else None


def check_reference(document, reference, place):
    if not isinstance(reference, str) or not reference.startswith("#/"):
        document.findings.error(place, f"{quote(reference)} leads out of the document")
        return False
    if not document.resolve({"$ref": reference}, place)[0]:
        document.findings.error(place, f"{quote(reference)} leads nowhere")
        return False
    return True


def references(content):
    for key, each, where in walk(content):
        # A schema may have a property of this name, which is a schema then.
        if key == "$ref" and not isinstance(each, dict):
            yield each, where


def check_specification(content, findings):
    """Whether one can go on: then a fault against OpenAPI is a warning to API Gateway, else an error.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html"""
    is_whole = True
    for value, schema, place in specified(content):
        for error in Draft4Validator(schema).iter_errors(value):
            is_whole = report(error, place, findings) and is_whole
    return is_whole


def specified(content):
    """OpenAPI's own schema does not see an operation in an extension."""
    yield content, schema_v30, ()
    for path, item in Document(content, None).object_at("paths").items():
        if isinstance(item, dict) and isinstance(item.get(ANY), dict):
            operation = {key: value for key, value in item[ANY].items() if key != DEFAULT}
            yield operation, OPERATION, ("paths", path, ANY)


def report(error, place, findings):
    """Whether it is a warning."""
    place += tuple(error.absolute_path)
    while error.context:
        error = max(error.context, key=lambda each: len(each.relative_path))
        place += tuple(error.relative_path)
    is_malformed = error.validator == "type" or place in ((), ("info",))
    (findings.error if is_malformed else findings.warning)(place, f"OpenAPI: {error.message[:200]}")
    return not is_malformed


def walk(value, place=()):
    """Every key and index, with what is there and where it is."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield key, each, (*place, key)
        yield from walk(each, (*place, key))
