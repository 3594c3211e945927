"""The models of a REST API, which are JSON schemas of draft 4.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html says what it does not support.
"""

import hashlib
import json
import re

from jsonschema import Draft4Validator
from jsonschema.exceptions import best_match

from .findings import quote

SCHEMAS = "#/components/schemas/"
DRAFT_4 = set(Draft4Validator.META_SCHEMA["properties"]) | {"$ref", "format"}
UNSUPPORTED = {"default", "exclusiveMinimum"}
FORMATS = {"int32", "int64", "decimal"}
MAPS = ("properties", "patternProperties", "definitions")
LISTS = ("allOf", "anyOf", "oneOf")
ONES = ("items", "additionalItems", "additionalProperties", "not")


class Models:
    """By name, with what the operations add: a schema that stands inline becomes a model too."""

    def __init__(self, document):
        self.document, self.findings = document, document.findings
        self.schemas = {}
        for name, schema, place in document.named("components", "schemas"):
            self.add(name, schema, place)

    def add(self, name, schema, place):
        if not re.fullmatch("[a-zA-Z0-9]+", name):
            self.findings.error(place, f"{name} is no model name: it takes letters and digits only")
        self.check(schema, place)
        self.schemas[name] = schema

    def check(self, schema, place):
        for part, where in parts(schema, place):
            for keyword in sorted(part):
                if keyword in UNSUPPORTED or not (keyword in DRAFT_4 or keyword.startswith("x-")):
                    self.findings.warning((*where, keyword), "models do not support this keyword")
            if part.get("format") in FORMATS:
                self.findings.warning((*where, "format"), f"models do not support {part['format']}")
            reference = part.get("$ref")
            if reference is not None and not re.fullmatch(f"{SCHEMAS}[^/]+", str(reference)):
                self.findings.error((*where, "$ref"), f"{quote(reference)} is no model: {SCHEMAS}<name> is")
        fault = best_match(Draft4Validator(Draft4Validator.META_SCHEMA).iter_errors(schema))
        if fault:
            where = (*place, *fault.absolute_path)
            self.findings.error(where, f"is no JSON schema of draft 4: {fault.message[:200]}")

    def of_content(self, content, place, is_response=False):
        """The model of each media type."""
        models = {}
        for media_type, medium in (content or {}).items():
            schema = (medium or {}).get("schema")
            if schema is None:
                continue
            where = (*place, "content", media_type, "schema")
            name = str(schema.get("$ref", "")).removeprefix(SCHEMAS)
            if not name:
                if is_response and schema.get("type", "object") not in ("object", "array"):
                    self.findings.warning(where, "a method response's schema is no primitive: name it in components")
                name = "MODEL" + hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()[:6]
                self.add(name, schema, where)
            models[media_type] = name
        return models


def parts(schema, place):
    """The schema and those in it."""
    if not isinstance(schema, dict):
        return
    yield schema, place
    for key in MAPS:
        for name, each in as_map(schema.get(key)).items():
            yield from parts(each, (*place, key, name))
    for key in LISTS:
        for index, each in enumerate(schema.get(key) or ()):
            yield from parts(each, (*place, key, index))
    for key in ONES:
        yield from parts(schema.get(key), (*place, key))


def as_map(value):
    return value if isinstance(value, dict) else {}


def text_of(schema, address):
    """As API Gateway keeps it: other models by their address, no extensions."""

    def convert(value):
        if not isinstance(value, dict):
            return value
        return {key: convert_keyword(key, each) for key, each in value.items() if not key.startswith("x-")}

    def convert_keyword(key, value):
        if key in MAPS:
            return {name: convert(each) for name, each in value.items()}
        if key in LISTS:
            return [convert(each) for each in value]
        if key in ONES:
            return convert(value)
        return value.replace(SCHEMAS, address) if key == "$ref" else value

    return json.dumps(convert(schema))
