"""Whoever has assumed a role may do what its policies allow, and no more; all others stand for the account itself.

moto can hold callers to their policies, but calls actions of API Gateway by its operations' names, which AWS
calls by HTTP's methods, and knows the resources of S3 only. Conditions are not looked at. What CloudFormation
does by the rights of its caller goes through no request, and is held nowhere here.
"""

import os
import re
from urllib.parse import urlparse

from moto.core.authorization import ActionAuthenticatorMixin
from moto.iam.access_control import S3IAMRequest
from moto.sts.models import sts_backends

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
ACTIONS = {"s3:HeadBucket": "s3:ListBucket"}


def install():
    ActionAuthenticatorMixin._authenticate_and_authorize_action = authorize


def authorize(self, request_class, resource="*"):
    key = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
    assumed = [role for role in sts_backends[self.current_account][self.partition].assumed_roles if key and role.access_key_id == key[1]]
    if not assumed:
        return
    path = urlparse(self.uri).path
    action = self.data["Action"] if request_class is S3IAMRequest else self._get_action()
    request = request_class(self.current_account, self.method, path, self.data, self.raw_body, self.headers, action)
    if request._service == "apigateway":
        request._action = f"apigateway:{self.method}"
    if request._action == "s3:DeleteObject":
        resource = f"{resource}/*"
    request._action = ACTIONS.get(request._action, request._action)
    if resource == "*":
        resource = resource_of(self, request._service, path)
    log(f"{request._action} {resource}")
    request.check_action_permitted(resource)


def resource_of(self, service, path):
    place = f"{self.region}:{self.current_account}"
    stack = (self.querystring.get("StackName") or [None])[0]
    if service == "cloudformation" and stack:
        return stack if stack.startswith("arn:") else f"arn:aws:cloudformation:{place}:stack/{stack}/id"
    function = re.search(r"/functions/([^/]+)", path)
    if service == "lambda" and function:
        return f"arn:aws:lambda:{place}:function:{function[1]}"
    if service == "apigateway":
        return f"arn:aws:apigateway:{self.region}::{path.removeprefix('/v2')}"
    return "*"


def log(line):
    """What was asked for, for whoever started this with a file to write it to."""
    file = os.environ.get("PERMISSIONS_LOG")
    if file:
        with open(file, "a") as lines:
            lines.write(f"{line}\n")
