# What the gateway may do when it answers by itself.
resource "aws_iam_role" "gateway" {
  name               = "${local.name}-gateway"
  assume_role_policy = data.aws_iam_policy_document.gateway_trust.json
}

data "aws_iam_policy_document" "gateway_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["apigateway.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "gateway" {
  name   = "integrations"
  role   = aws_iam_role.gateway.id
  policy = data.aws_iam_policy_document.gateway.json
}

data "aws_iam_policy_document" "gateway" {
  statement {
    actions   = ["states:StartSyncExecution"]
    resources = [aws_sfn_state_machine.orders.arn]
  }

  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.receipts.arn}/receipts/*"]
  }

  # Without it S3 says 403 of what is not there:
  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
  statement {
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.receipts.arn]
  }

  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [for each in aws_lambda_function.small : each.arn]
  }
}
