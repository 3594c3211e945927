provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = {
      service = jsondecode(file("${path.module}/../../../package.json")).name
      stage   = "prod"
    }
  }
}

module "service" {
  source = "../service"
  stage  = "prod"

  network = {
    nat = "each"
  }
}

output "url" {
  value = module.service.url
}

output "key" {
  value     = module.service.key
  sensitive = true
}

output "addresses" {
  value = module.service.addresses
}

output "atlas_endpoint" {
  value = module.service.atlas_endpoint
}

output "role" {
  value = module.service.role
}
