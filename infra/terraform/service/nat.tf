locals {
  gateways = var.network.nat == null ? {} : {
    for zone, number in local.zones : zone => number if var.network.nat == "each" || number == 0
  }
}

resource "aws_internet_gateway" "main" {
  count  = length(local.gateways) > 0 ? 1 : 0
  vpc_id = aws_vpc.main.id
  tags   = { Name = local.name }
}

resource "aws_subnet" "public" {
  for_each          = local.gateways
  vpc_id            = aws_vpc.main.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.network.cidr, 8, 128 + each.value)
  tags              = { Name = "${local.name}-public-${each.key}" }
}

resource "aws_route_table" "public" {
  count  = length(local.gateways) > 0 ? 1 : 0
  vpc_id = aws_vpc.main.id
  tags   = { Name = "${local.name}-public" }
}

resource "aws_route" "public" {
  count                  = length(local.gateways) > 0 ? 1 : 0
  route_table_id         = aws_route_table.public[0].id
  gateway_id             = aws_internet_gateway.main[0].id
  destination_cidr_block = "0.0.0.0/0"
}

resource "aws_route_table_association" "public" {
  for_each       = local.gateways
  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public[0].id
}

# The addresses for Atlas' access list.
resource "aws_eip" "nat" {
  for_each = local.gateways
  domain   = "vpc"
  tags     = { Name = "${local.name}-nat-${each.key}" }
}

resource "aws_nat_gateway" "main" {
  for_each      = local.gateways
  subnet_id     = aws_subnet.public[each.key].id
  allocation_id = aws_eip.nat[each.key].id
  tags          = { Name = "${local.name}-${each.key}" }
  depends_on    = [aws_route.public]
}

resource "aws_route" "nat" {
  for_each       = var.network.nat == null ? {} : local.zones
  route_table_id = aws_route_table.private[each.key].id
  # Its own zone's, or the only one.
  nat_gateway_id         = aws_nat_gateway.main[contains(keys(local.gateways), each.key) ? each.key : keys(local.gateways)[0]].id
  destination_cidr_block = "0.0.0.0/0"
}

# The issuer and SSM; MongoDB, on the ports that Atlas has: https://www.mongodb.com/docs/atlas/troubleshoot-connection/
resource "aws_vpc_security_group_egress_rule" "net" {
  for_each          = var.network.nat == null ? {} : { https = [443, 443], mongodb = [27015, 27017] }
  security_group_id = aws_security_group.function.id
  description       = each.key
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value[0]
  to_port           = each.value[1]
}
