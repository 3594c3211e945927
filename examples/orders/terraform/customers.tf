resource "aws_cognito_user_pool" "customers" {
  name = local.name
}

resource "aws_cognito_resource_server" "orders" {
  user_pool_id = aws_cognito_user_pool.customers.id
  identifier   = "orders"
  name         = "Orders"

  scope {
    scope_name        = "write"
    scope_description = "Order"
  }
}

# Public, for a page in a browser: the authorization code flow with PKCE.
resource "aws_cognito_user_pool_client" "page" {
  user_pool_id                         = aws_cognito_user_pool.customers.id
  name                                 = "page"
  supported_identity_providers         = ["COGNITO"]
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = concat(["openid"], aws_cognito_resource_server.orders.scope_identifiers)
  callback_urls                        = var.callback_urls
}

# Whose sign-in page it is: a name that nobody else in the region has.
resource "aws_cognito_user_pool_domain" "customers" {
  user_pool_id = aws_cognito_user_pool.customers.id
  domain       = "${local.name}-${data.aws_caller_identity.here.account_id}"
}
