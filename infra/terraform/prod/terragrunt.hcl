# All else is in main.tf, for Terraform alone and for Terragrunt.
include "root" {
  path = find_in_parent_folders("root.hcl")
}
