"""The transform AWS::Serverless, which CloudFormation applies to a change set's template."""

import json

from boto3.session import Session
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from openapi.path import names_in
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

TRANSFORM = "AWS::Serverless-2016-10-31"
create_change_set = CloudFormationBackend.create_change_set
read_stored = CloudFormationResponse._get_stack_from_s3_url


def install():
    CloudFormationBackend.create_change_set = transform_and_create
    # sam names a template's address at this very endpoint, which moto takes for a bucket's name.
    CloudFormationResponse._get_stack_from_s3_url = lambda self, url: read_stored(self, url.replace("127.0.0.1", "localhost"))


def transform_and_create(self, stack_name, change_set_name, template, parameters, *args, **kwargs):
    document = yaml_parse(template)
    if TRANSFORM in as_list(document.get("Transform")):
        template = json.dumps(transform(document, parameters, self.region_name))
    return create_change_set(self, stack_name, change_set_name, template, parameters, *args, **kwargs)


def transform(document, parameters, region):
    try:
        # It knows of AWS's own policies only those that it is told.
        template = Translator({}, Parser(), boto_session=Session(region_name=region)).translate(document, parameters)
    except InvalidDocumentException as error:
        raise ValidationError(message="; ".join(cause.message for cause in error.causes))
    for resource in template["Resources"].values():
        body = resource.get("Properties", {}).get("Body", {})
        for path, operations in body.get("paths", {}).items():
            for operation in operations.values():
                tidy(path, operation)
    return template


def tidy(path, operation):
    """What API Gateway takes of sam alone, as it seems, and what the strict import is not to take of anybody else:
    a scheme NONE that is defined nowhere (https://github.com/aws/serverless-application-model/issues/2127), and
    parameters of the path that are not declared, or as `proxy+`."""
    if operation.get("security") == [{"NONE": []}]:
        del operation["security"]
    others = [each for each in operation.get("parameters", []) if each.get("in") != "path"]
    names = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names_in(path)]
    operation["parameters"] = others + names


def as_list(value):
    return value if isinstance(value, list) else [value]
