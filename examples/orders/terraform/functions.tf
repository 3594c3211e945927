locals {
  small = toset(["courier", "deliveries"])
}

# The two small ones: who says which courier may come in, and who takes the deliveries.
resource "aws_lambda_function" "small" {
  for_each         = local.small
  function_name    = "${local.name}-${each.key}"
  role             = aws_iam_role.small[each.key].arn
  runtime          = "nodejs24.x"
  architectures    = ["arm64"]
  handler          = "${each.key}.handler"
  filename         = data.archive_file.small[each.key].output_path
  source_code_hash = data.archive_file.small[each.key].output_base64sha256

  depends_on = [aws_cloudwatch_log_group.small]
}

data "archive_file" "small" {
  for_each    = local.small
  type        = "zip"
  source_file = "${path.module}/functions/${each.key}.mjs"
  output_path = "${path.module}/build/${each.key}.zip"
}

resource "aws_cloudwatch_log_group" "small" {
  for_each          = local.small
  name              = "/aws/lambda/${local.name}-${each.key}"
  retention_in_days = local.settings.logRetention
}

resource "aws_iam_role" "small" {
  for_each           = local.small
  name               = "${local.name}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.function_trust.json
}

resource "aws_iam_role_policy" "small" {
  for_each = local.small
  name     = "log"
  role     = aws_iam_role.small[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.small[each.key].arn}:*"
    }]
  })
}
