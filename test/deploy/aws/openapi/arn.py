"""ARNs and URIs, as far as their form can be told without an account."""

from .shape import pattern

PARTITION = r"aws(?:-[a-z]+)*"
REGION = r"[a-z]{2}(?:-[a-z]+)+-\d"
ACCOUNT = r"\d{12}"
LAMBDA = rf"arn:{PARTITION}:lambda:{REGION}:{ACCOUNT}:function:[\w-]+(?::[\w$-]+)?"
INVOCATION = rf"arn:{PARTITION}:apigateway:{REGION}:lambda:path/2015-03-31/functions/{LAMBDA}/invocations"

ROLE = pattern(rf"arn:{PARTITION}:iam::{ACCOUNT}:role/[\w+=,.@/-]+", "the ARN of an IAM role")
# The caller's own credentials are passed on by the second form:
# https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html
CREDENTIALS = pattern(
    rf"arn:{PARTITION}:iam::{ACCOUNT}:role/[\w+=,.@/-]+|arn:{PARTITION}:iam::\*:user/\*", "the ARN of an IAM role"
)
USER_POOL = pattern(
    rf"arn:{PARTITION}:cognito-idp:{REGION}:{ACCOUNT}:userpool/[\w-]+", "the ARN of a Cognito user pool"
)
FUNCTION = pattern(INVOCATION, "the URI by which API Gateway invokes a Lambda function")
FUNCTION_OR_ARN = pattern(f"{INVOCATION}|{LAMBDA}", "a Lambda function's ARN or the URI by which it is invoked")
# https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
SERVICE = pattern(
    rf"arn:{PARTITION}:apigateway:{REGION}:(?:[\w-]+\.)?[\w-]+:(?:path|action)/.+",
    "arn:aws:apigateway:<region>:<service>:path|action/<what of it>",
)
# Or what is taken from the request.
STATE_MACHINE = pattern(rf"\$.+|arn:{PARTITION}:states:{REGION}:{ACCOUNT}:stateMachine:\S+", "the ARN of a state machine")
EXECUTION = pattern(rf"\$.+|arn:{PARTITION}:states:{REGION}:{ACCOUNT}:(?:express|execution):\S+", "the ARN of an execution")
URL = pattern(r"https?://[^\s/?#]+\S*", "an http or https URL")
HTTPS = pattern(r"https://[^\s/?#]+\S*", "an https URL")
LISTENER = pattern(
    rf"arn:{PARTITION}:(?:elasticloadbalancing|servicediscovery):{REGION}:{ACCOUNT}:.+|https?://\S+",
    "the ARN of a listener or of a Cloud Map service",
)
