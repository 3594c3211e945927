"""ImportApi and ReimportApi in moto, which has the second only, and reads little."""

import json

from moto.apigatewayv2.exceptions import BadRequestException
from moto.apigatewayv2.models import Authorizer
from moto.apigatewayv2.responses import ApiGatewayV2Response

from .http_api import read_http_api

TOP = "x-amazon-apigateway-"
AUTHORIZER = dict.fromkeys(
    "auth_creds_arn auth_payload_format_version auth_result_ttl authorizer_type authorizer_uri"
    " enable_simple_response identity_source identity_validation_expr jwt_config name".split()
)


def install():
    ApiGatewayV2Response.import_api = import_api
    ApiGatewayV2Response.reimport_api = reimport


def import_api(self):
    described, findings = read(self)
    api = create_empty(self.apigatewayv2_backend, described)
    return 201, {}, answer(fill(api, described), findings)


def create(backend, text, fails_on_warnings):
    """As CloudFormation makes an AWS::ApiGatewayV2::Api that has a Body."""
    described, _ = read_text(text, backend.account_id, backend.region_name, fails_on_warnings)
    return fill(create_empty(backend, described), described)


def create_empty(backend, described):
    return backend.create_api(
        protocol_type="HTTP",
        name=described.content["info"]["title"],
        **dict.fromkeys(
            "api_key_selection_expression cors_configuration description disable_schema_validation"
            " disable_execute_api_endpoint route_selection_expression tags version".split()
        ),
    )


def reimport(self):
    api = self.apigatewayv2_backend.get_api(self.path.split("/")[-1])
    described, findings = read(self)
    for kept in (api.authorizers, api.integrations, api.models, api.routes):
        kept.clear()
    return 201, {}, answer(fill(api, described), findings)


def read(self):
    fails_on_warnings = str(self._get_param("failOnWarnings")).lower() == "true"
    return read_text(json.loads(self.body)["body"], self.current_account, self.region, fails_on_warnings)


def read_text(text, account, region, fails_on_warnings):
    """Nothing is changed before all of the document is known to be right."""
    variables = {"AccountId": account, "Region": region, "Partition": "aws"}
    described, findings = read_http_api(text, variables)
    refusal = findings.refusal(fails_on_warnings)
    if refusal:
        raise BadRequestException(refusal)
    return described, findings


def answer(api, findings):
    return json.dumps(api.to_json() | {"warnings": findings.warnings, "importInfo": findings.infos})


def fill(api, described):
    content = described.content
    info = content["info"]
    api.name, api.description, api.version = info["title"], info.get("description"), info["version"]
    api.cors_configuration = content.get(f"{TOP}cors")
    api.disable_execute_api_endpoint = False
    for server in content.get("servers", []):
        settings = server.get(f"{TOP}endpoint-configuration", {})
        api.disable_execute_api_endpoint = settings.get("disableExecuteApiEndpoint", api.disable_execute_api_endpoint)
    tags = {tag["name"]: tag.get(f"{TOP}tag-value", "") for tag in content.get("tags", [])}
    api.backend.tag_resource(api.arn, tags)
    authorizers = {}
    for name, each in described.authorizers.items():
        authorizer = Authorizer(**AUTHORIZER | each)
        api.authorizers[authorizer.id] = authorizer
        authorizers[name] = authorizer.id
    integrations = {}
    for route in described.routes:
        # Routes that refer to one integration share it.
        if route.integration_place not in integrations:
            integrations[route.integration_place] = create_integration(api, route.integration)
        create_route(api, route, authorizers, integrations[route.integration_place])
    return api


def create_integration(api, given):
    if given is None:
        return None
    made = api.create_integration(
        connection_type=given.get("connectionType", "INTERNET"),
        connection_id=given.get("connectionId"),
        description=None,
        integration_method=given.get("httpMethod"),
        integration_type=given["type"],
        integration_subtype=given.get("integrationSubtype"),
        integration_uri=given.get("uri"),
        credentials_arn=given.get("credentials"),
        payload_format_version=given["payloadFormatVersion"],
        request_parameters=given.get("requestParameters"),
        response_parameters=given.get("responseParameters"),
        timeout_in_millis=given.get("timeoutInMillis"),
        tls_config=given.get("tlsConfig"),
    )
    return f"integrations/{made.id}"


def create_route(api, route, authorizers, target):
    api.create_route(
        api_key_required=False,
        authorization_scopes=route.security.scopes,
        authorization_type=route.security.type,
        authorizer_id=authorizers.get(route.security.authorizer),
        operation_name=route.name,
        route_key=route.key,
        target=target,
    )
