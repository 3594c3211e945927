# What the function may, and no more: as in resources/role.yml, and what a VPC asks for.
resource "aws_iam_role" "function" {
  # By its name a database may know it.
  name               = "${local.name}-${local.region}-lambdaRole"
  assume_role_policy = data.aws_iam_policy_document.trust["lambda"].json
}

data "aws_iam_policy_document" "trust" {
  for_each = toset(["apigateway", "lambda"])

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "function" {
  name   = "function"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}

data "aws_iam_policy_document" "function" {
  #checkov:skip=CKV_AWS_111:The interfaces of a VPC have no name before they are made; the code itself is denied them
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function.arn}:*"]
  }

  # The connection string, with its password. Without a parameter the database knows the role itself.
  dynamic "statement" {
    for_each = compact([try(local.settings.database.uriParameter, "")])

    content {
      actions   = ["ssm:GetParameter"]
      resources = ["arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${statement.value}"]
    }
  }

  # Lambda itself makes the interfaces, and names no resource: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
  statement {
    actions = [
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:UnassignPrivateIpAddresses",
    ]
    resources = ["*"]
  }

  # The code shall not, and only its calls say which function they come from.
  statement {
    effect    = "Deny"
    actions   = ["ec2:*"]
    resources = ["*"]

    condition {
      test     = "ArnEquals"
      variable = "lambda:SourceFunctionArn"
      values   = ["arn:${local.partition}:lambda:${local.region}:${local.account}:function:${local.function}"]
    }
  }
}
