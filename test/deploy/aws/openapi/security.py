"""What an operation's `security` comes to: who authorizes, for which scopes, and whether a key is wanted."""

from dataclasses import dataclass, field

from .findings import quote

AUTH = "x-amazon-apigateway-auth"
AUTHTYPE = "x-amazon-apigateway-authtype"
AUTHORIZER = "x-amazon-apigateway-authorizer"
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html
IAM = "awsSigv4"
TYPES = {"TOKEN": "CUSTOM", "REQUEST": "CUSTOM", "COGNITO_USER_POOLS": "COGNITO_USER_POOLS", "JWT": "JWT"}
SCOPED = ("COGNITO_USER_POOLS", "JWT")


@dataclass
class Security:
    type: str = "NONE"
    authorizer: str | None = None
    scopes: list = field(default_factory=list)
    wants_key: bool = False


def check_root(document):
    if document.content.get("security"):
        document.findings.warning(("security",), "is not used: each operation has its own")


def read_security(operation, schemes):
    """`schemes`: an authorizer by its type, or "IAM", or "KEY", by the scheme's name."""
    findings, place = operation.document.findings, (*operation.place, "security")
    security = Security()
    requirements = operation.content.get("security") or []
    named = [(name, scopes, (*place, index, name)) for index, each in enumerate(requirements) for name, scopes in each.items()]
    if named and not all(requirements):
        findings.error(place, "none at all beside others: an operation is open or it is not")
    for name, scopes, where in named:
        kind = schemes.get(name)
        if kind is None:
            findings.error(where, "there is no such security scheme")
        elif kind == "KEY":
            security.wants_key = True
        elif security.type != "NONE":
            findings.error(where, "an operation has one authorizer only")
        else:
            security.type = "AWS_IAM" if kind == "IAM" else TYPES[kind]
            security.authorizer = None if kind == "IAM" else name
            security.scopes = scopes
        if scopes and kind not in SCOPED:
            findings.error(where, f"{quote(scopes)}: scopes are for Cognito and JWT authorizers")
    auth = operation.content.get(AUTH)
    declared = str(auth.get("type")).upper() if isinstance(auth, dict) else None
    if declared == "AWS_IAM" and security.type not in ("NONE", "AWS_IAM"):
        findings.error((*operation.place, AUTH), "an operation has one authorizer only")
    elif declared == "AWS_IAM":
        security.type = "AWS_IAM"
    return security
