output "url" {
  value = join("", [
    "https://",
    local.domain != null ? local.domain.name : var.cdn ? aws_cloudfront_distribution.api[0].domain_name : trimprefix(trimsuffix(aws_api_gateway_stage.api.invoke_url, "/${var.stage}"), "https://"),
    local.prefix,
  ])
}

output "key" {
  description = "For the header x-api-key"
  value       = aws_api_gateway_api_key.client.value
  sensitive   = true
}

output "addresses" {
  description = "For Atlas' access list"
  value       = [for each in aws_eip.nat : each.public_ip]
}

output "atlas_endpoint" {
  description = "What Atlas asks for to let a private endpoint in"
  value       = try(aws_vpc_endpoint.link["atlas"].id, null)
}

output "role" {
  description = "Whom Atlas knows where there is no password"
  value       = aws_iam_role.function.arn
}
