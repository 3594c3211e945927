# Of the Express kind: the only one whose output can be waited for.
resource "aws_sfn_state_machine" "orders" {
  name       = local.name
  type       = "EXPRESS"
  role_arn   = aws_iam_role.orders.arn
  definition = file("${path.module}/orders.asl.json")
}

# It calls nobody, and so may nothing.
resource "aws_iam_role" "orders" {
  name = "${local.name}-machine"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "states.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}
