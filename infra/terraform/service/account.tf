# A setting of the account: the access log of a REST API is refused where there is no such role.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
resource "aws_api_gateway_account" "logs" {
  count               = var.make_log_role ? 1 : 0
  cloudwatch_role_arn = aws_iam_role.logs[0].arn
  depends_on          = [aws_iam_role_policy_attachment.logs]
}

resource "aws_iam_role" "logs" {
  count              = var.make_log_role ? 1 : 0
  name               = "api-gateway-logs-${local.region}"
  assume_role_policy = data.aws_iam_policy_document.trust["apigateway"].json
}

resource "aws_iam_role_policy_attachment" "logs" {
  count      = var.make_log_role ? 1 : 0
  role       = aws_iam_role.logs[0].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}
