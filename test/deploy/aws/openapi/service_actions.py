"""What an HTTP API can do with an AWS service: each integration subtype, with the parameters that it needs and may have.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
"""

from .arn import EXECUTION, STATE_MACHINE

ARNS = {"StateMachineArn": STATE_MACHINE, "ExecutionArn": EXECUTION}
ACTIONS = {
    "EventBridge-PutEvents": (
        ["Detail", "DetailType", "Source"],
        ["Time", "EventBusName", "Resources", "Region", "TraceHeader"],
    ),
    "SQS-SendMessage": (
        ["QueueUrl", "MessageBody"],
        ["DelaySeconds", "MessageAttributes", "MessageDeduplicationId", "MessageGroupId", "MessageSystemAttributes", "Region"],
    ),
    "StepFunctions-StartExecution": (["StateMachineArn"], ["Name", "Input", "Region"]),
    "StepFunctions-StartSyncExecution": (["StateMachineArn"], ["Name", "Input", "Region", "TraceHeader"]),
    "StepFunctions-StopExecution": (["ExecutionArn"], ["Cause", "Error", "Region"]),
}
