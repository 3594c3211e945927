"""ImportRestApi and PutRestApi in moto, in the place of its own, which read little but integrations."""

import json

from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.models import (
    Authorizer,
    GatewayResponse,
    Integration,
    IntegrationResponse,
    RequestValidator,
    RestAPI,
    create_id,
)
from moto.apigateway.responses import APIGatewayResponse

from .model import text_of
from .rest_api import read_rest_api

MODES = ("merge", "overwrite")
ENDPOINTS = ("EDGE", "REGIONAL", "PRIVATE")
TOP = "x-amazon-apigateway-"
create_rest_api = APIGatewayResponse.create_rest_api
to_dict = RestAPI.to_dict


class WholeIntegration(Integration):
    """With what moto's own forgets."""

    def __init__(self, given):
        super().__init__(
            given["type"],
            given.get("uri"),
            given.get("httpMethod"),
            given.get("requestTemplates"),
            given["passthroughBehavior"],
            given["cacheKeyParameters"],
            given.get("tlsConfig"),
            given.get("cacheNamespace"),
            given["timeoutInMillis"],
            given.get("requestParameters"),
            given.get("contentHandling"),
            given.get("credentials"),
            given.get("connectionType"),
        )
        self.given = given
        self.integration_responses = {
            code: IntegrationResponse(
                code,
                response.get("selectionPattern"),
                dict(response.get("responseTemplates", {})),
                response.get("responseParameters"),
                response.get("contentHandling"),
            )
            for code, response in given["integrationResponses"].items()
        }

    def to_json(self):
        forgotten = ("connectionId", "responseTransferMode", "integrationTarget")
        return super().to_json() | {key: self.given[key] for key in forgotten if key in self.given}


def install():
    APIGatewayResponse.create_rest_api = import_or_create
    APIGatewayResponse.put_rest_api = put
    RestAPI.to_dict = lambda api: to_dict(api) | getattr(api, "imported", {})


def import_or_create(self):
    if self._get_param("mode") != "import":
        return create_rest_api(self)
    endpoint = self._get_param("endpointConfigurationTypes", "EDGE")
    if endpoint not in ENDPOINTS:
        raise BadRequestException(f"endpointConfigurationTypes: {endpoint} is none of {', '.join(ENDPOINTS)}")
    described, findings = read(self)
    info = described.content["info"]
    api = self.backend.create_rest_api(info.get("title"), info.get("description"), endpoint_configuration={"types": [endpoint]})
    return 201, {}, answer(fill(api, described), findings)


def put(self):
    mode = self._get_param("mode", "merge")
    if mode not in MODES:
        raise BadRequestException(f"mode: {mode} is none of {', '.join(MODES)}")
    api = self.backend.get_rest_api(self.path.split("/")[2])
    described, findings = read(self)
    if mode == "overwrite":
        empty(api)
    return 200, {}, answer(fill(api, described), findings)


def create(backend, p):
    """As CloudFormation makes an AWS::ApiGateway::RestApi: what stands beside its Body is taken instead."""
    described = read_properties(backend, p)
    types = p.get("EndpointConfiguration", {}).get("Types", ["EDGE"])
    tags = {tag["Key"]: tag["Value"] for tag in p.get("Tags", [])}
    api = backend.create_rest_api(p.get("Name"), p.get("Description"), endpoint_configuration={"types": types}, tags=tags)
    fill_properties(api, p, described)
    return api


def change(api, backend, p):
    described = read_properties(backend, p)
    empty(api)
    fill_properties(api, p, described)


def fill_properties(api, p, described):
    fill(api, described)
    api.name = p.get("Name", api.name)
    api.disableExecuteApiEndpoint = p.get("DisableExecuteApiEndpoint", api.disableExecuteApiEndpoint)
    api.minimum_compression_size = p.get("MinimumCompressionSize", api.minimum_compression_size)


def read_properties(backend, p):
    described, _ = read_text(json.dumps(p["Body"]), backend.account_id, backend.region_name, p.get("FailOnWarnings", False))
    return described


def read(self):
    text = self.body if isinstance(self.body, str) else self.body.decode()
    fails_on_warnings = str(self._get_param("failonwarnings")).lower() == "true"
    return read_text(text, self.current_account, self.region, fails_on_warnings)


def read_text(text, account, region, fails_on_warnings):
    """Nothing is changed before all of the document is known to be right."""
    variables = {"AccountId": account, "Region": region, "Partition": "aws"}
    described, findings = read_rest_api(text, variables)
    refusal = findings.refusal(fails_on_warnings)
    if refusal:
        raise BadRequestException(refusal)
    return described, findings


def answer(api, findings):
    return json.dumps(api.to_dict() | ({"warnings": findings.warnings} if findings.warnings else {}))


def empty(api):
    for kept in (api.resources, api.models, api.authorizers, api.request_validators, api.gateway_responses):
        kept.clear()
    api.default = api.add_child("/")
    api.root_resource_id = api.default.id
    api.imported = {}
    api.policy = api.minimum_compression_size = None
    api.binaryMediaTypes, api.api_key_source, api.disableExecuteApiEndpoint = [], "HEADER", False


def fill(api, described):
    fill_settings(api, described.content)
    address = f"https://apigateway.amazonaws.com/restapis/{api.id}/models/"
    for name, schema in described.models.items():
        api.add_model(name, schema.get("description"), text_of(schema, address), "application/json")
    authorizers = {name: put_authorizer(api, each) for name, each in described.authorizers.items()}
    validators = {name: put_validator(api, name, each) for name, each in described.validators.items()}
    for kind, each in described.gateway_responses.items():
        api.gateway_responses[kind] = GatewayResponse(
            kind, each.get("statusCode"), each.get("responseParameters", {}), each.get("responseTemplates", {})
        )
    for method in described.methods:
        put_method(api, method, authorizers, validators)
    return api


def fill_settings(api, content):
    info = content["info"]
    api.name, api.description, api.version = info.get("title"), info.get("description"), info.get("version")
    api.binaryMediaTypes = content.get(f"{TOP}binary-media-types", api.binaryMediaTypes)
    api.api_key_source = content.get(f"{TOP}api-key-source", api.api_key_source)
    api.minimum_compression_size = content.get(f"{TOP}minimum-compression-size", api.minimum_compression_size)
    policy = content.get(f"{TOP}policy")
    if policy:
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/openapi-extensions-policy.html
        arn = f"arn:aws:execute-api:{api.region_name}:{api.account_id}:{api.id}/"
        api.policy = json.dumps(policy).replace('"execute-api:/', f'"{arn}')
    for server in content.get("servers", []):
        settings = server.get(f"{TOP}endpoint-configuration", {})
        api.disableExecuteApiEndpoint = settings.get("disableExecuteApiEndpoint", api.disableExecuteApiEndpoint)
        if "vpcEndpointIds" in settings:
            api.endpoint_configuration["vpcEndpointIds"] = settings["vpcEndpointIds"]
    kept = {"securityPolicy": "security-policy", "endpointAccessMode": "endpoint-access-mode"}
    api.imported = {name: content[TOP + key] for name, key in kept.items() if TOP + key in content}


def put_authorizer(api, described):
    same = [each.id for each in api.authorizers.values() if each.name == described["name"]]
    identity = same[0] if same else create_id()
    rest = {key: value for key, value in described.items() if key not in ("name", "type")}
    api.authorizers[identity] = Authorizer(identity, described["name"], described["type"], **rest)
    return identity


def put_validator(api, name, described):
    same = [each.id for each in api.request_validators.values() if each.name == name]
    identity = same[0] if same else create_id()
    api.request_validators[identity] = RequestValidator(
        identity,
        name,
        described.get("validateRequestBody", False),
        described.get("validateRequestParameters", False),
    )
    return identity


def put_method(api, described, authorizers, validators):
    resource = resource_at(api, described.path)
    method = resource.add_method(
        described.verb,
        described.security.type,
        described.security.wants_key,
        request_parameters=described.parameters,
        request_models=described.models,
        operation_name=described.name,
        authorizer_id=authorizers.get(described.security.authorizer),
        authorization_scopes=described.security.scopes or None,
        request_validator_id=validators.get(described.validator),
    )
    for code, (headers, models) in described.responses.items():
        method.create_response(code, models, headers)
    if described.integration:
        method.method_integration = WholeIntegration(described.integration)


def resource_at(api, path):
    resource = api.get_resource_for_path("/")
    segments = [segment for segment in path.split("/") if segment]
    for depth, segment in enumerate(segments):
        found = api.get_resource_for_path("/" + "/".join(segments[: depth + 1]))
        resource = found or api.add_child(segment, resource.id)
    return resource
