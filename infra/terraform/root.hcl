# Where each environment keeps its state: in S3 where there is a state.s3.tfbackend, as without Terragrunt.
locals {
  here   = get_parent_terragrunt_dir()
  state  = "${local.here}/state.s3.tfbackend"
  remote = fileexists(local.state)
}

generate "backend" {
  path      = "backend.tf"
  if_exists = "skip"
  disable   = !local.remote
  contents  = file("${local.here}/backend.s3.tf.example")
}

terraform {
  extra_arguments "state" {
    commands  = ["init"]
    arguments = local.remote ? ["-backend-config=${local.state}", "-backend-config=key=${path_relative_to_include()}.tfstate"] : []
  }
}
