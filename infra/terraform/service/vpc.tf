data "aws_availability_zones" "here" {
  #checkov:skip=CKV_AWS_394:The first three are taken, and a new zone is the last
  state = "available"

  # No local zones, which have no NAT gateway.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }

  lifecycle {
    postcondition {
      condition     = length(self.names) >= 3
      error_message = "The region has ${length(self.names)} zones, and the network stands in three: take another region in main.tf."
    }
  }
}

locals {
  # Each with its number.
  zones = { for number, name in slice(data.aws_availability_zones.here.names, 0, 3) : name => number }
}

resource "aws_vpc" "main" {
  #checkov:skip=CKV2_AWS_11:They are charged by the gigabyte, and nobody is in it but the function
  cidr_block           = var.network.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = local.name }

  lifecycle {
    precondition {
      condition     = var.network.nat != null || var.network.atlas != null
      error_message = "From these subnets there is no way to MongoDB: all that asks it would be 503. Set network.nat, or network.atlas."
    }

    # A REST API has no JWT authorizer: the app itself asks the issuer for its keys.
    precondition {
      condition     = var.network.nat != null || var.network.issuer != null
      error_message = "From these subnets there is no way to the issuer's keys, which verify a token: all that wants one would be 503. Set network.nat, or network.issuer."
    }
  }
}

resource "aws_subnet" "private" {
  for_each          = local.zones
  vpc_id            = aws_vpc.main.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.network.cidr, 4, each.value)
  tags              = { Name = "${local.name}-private-${each.key}" }
}

resource "aws_route_table" "private" {
  for_each = local.zones
  vpc_id   = aws_vpc.main.id
  tags     = { Name = "${local.name}-private-${each.key}" }
}

resource "aws_route_table_association" "private" {
  for_each       = local.zones
  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

# What is in no other group gets no way in or out.
resource "aws_default_security_group" "none" {
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group" "function" {
  name        = "${local.name}-function"
  description = "The function, which nobody calls through the network"
  vpc_id      = aws_vpc.main.id
}
