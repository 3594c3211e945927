"""Holds a value against a JSON schema, and says what differs in words.

A schema's `description` is what its `pattern` stands for: it follows "is not".
"""

from jsonschema import Draft202012Validator

from .findings import quote


def check(findings, place, value, schema):
    """Whether it fits."""
    fits = True
    for error in Draft202012Validator(schema).iter_errors(value):
        fits = False
        findings.error((*place, *error.absolute_path), describe(error))
    return fits


def describe(error):
    match error.validator:
        case "additionalProperties" if error.validator_value is False:
            known = error.schema.get("properties", {})
            unknown = ", ".join(sorted(set(error.instance) - set(known)))
            return f"{unknown}: not known here, but {', '.join(sorted(known))}"
        case "enum":
            return f"{quote(error.instance)} is none of {', '.join(map(str, error.validator_value))}"
        case "pattern" if "description" in error.schema:
            return f"{quote(error.instance)} is not {error.schema['description']}"
    return error.message


def exactly(required=(), **properties):
    """An object that has these properties and no other."""
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def each(schema, **more):
    """An object of any names whose values are all such."""
    return {"type": "object", "additionalProperties": schema, **more}


def listing(schema, **more):
    return {"type": "array", "items": schema, **more}


def one_or_many(schema):
    return {"if": {"type": "array"}, "then": listing(schema, minItems=1), "else": schema}


def pattern(expression, description):
    return {"type": "string", "pattern": f"^(?:{expression})$", "description": description}


TEXT = {"type": "string"}
SWITCH = {"type": "boolean"}
STATUS = pattern(r"[1-5]\d\d", "a status code")
MEDIA_TYPE = pattern(r"[\w!#$&^.+*-]+/[\w!#$&^.+*-]+(;.*)?", "a media type")
