output "url" {
  value = aws_api_gateway_stage.orders.invoke_url
}

output "sign_in" {
  value = "https://${aws_cognito_user_pool_domain.customers.domain}.auth.${var.region}.amazoncognito.com"
}

output "client_id" {
  value = aws_cognito_user_pool_client.page.id
}

output "receipts_bucket" {
  value = aws_s3_bucket.receipts.bucket
}

output "partner_key" {
  value     = aws_api_gateway_api_key.partner.value
  sensitive = true
}
