locals {
  # What a browser opens by itself brings no key; whoever is health-checking brings none either.
  open = [
    "/",
    "/api/health",
    "/docs",
    "/docs/{file+}",
    "/docs/oauth2-redirect",
    "/health",
    "/health/ready",
    "/openapi.json",
    "/redoc",
  ]

  # The same for every caller, whoever asks: nothing else may be kept.
  kept = ["/docs", "/docs/{file+}", "/openapi.json", "/redoc"]

  # Where there is a part of a path, such as /api, the greedy route at the root may not be asked.
  paths = concat(local.open, ["/api", "/{proxy+}"])

  # What an answer depends on, beside its path.
  varies = ["If-Modified-Since", "If-None-Match", "If-Range", "Origin", "Range"]

  parameters = {
    for path in local.paths : path => [
      for each in regexall("{(\\w+)\\+}", path) : {
        name     = each[0]
        in       = "path"
        required = true
        schema   = { type = "string" }
      }
    ]
  }

  # OpenAPI wants one.
  responses = { default = { description = "The app's own" } }

  integration = {
    type       = "aws_proxy"
    httpMethod = "POST"
    uri        = aws_lambda_alias.live.invoke_arn
  }

  operations = {
    for path in local.paths : path => {
      # A preflight has no headers of the page's own: https://fetch.spec.whatwg.org/#cors-preflight-fetch
      options = {
        parameters                      = local.parameters[path]
        responses                       = local.responses
        x-amazon-apigateway-integration = local.integration
      }

      x-amazon-apigateway-any-method = {
        parameters                      = local.parameters[path]
        responses                       = local.responses
        security                        = [{ key = [] }]
        x-amazon-apigateway-integration = local.integration
      }
    }
  }

  opened = {
    for path in local.open : path => {
      get = {
        parameters = concat(local.parameters[path], [
          for name in local.varies : {
            name     = name
            in       = "header"
            required = false
            schema   = { type = "string" }
          }
        ])
        responses = local.responses
        x-amazon-apigateway-integration = merge(local.integration, {
          cacheKeyParameters = concat(
            [for each in local.parameters[path] : "method.request.path.${each.name}"],
            [for name in local.varies : "method.request.header.${name}"],
          )
        })
      }
    }
  }

  document = {
    openapi = "3.0.1"
    info    = { title = local.name, version = "1" }
    paths   = { for path in local.paths : path => merge(local.operations[path], lookup(local.opened, path, {})) }
    components = {
      securitySchemes = {
        key = { type = "apiKey", name = "x-api-key", in = "header" }
      }
    }
  }
}
