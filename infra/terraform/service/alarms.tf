# The alarms of resources/alarms.yml, on stages that say whom to tell.
locals {
  email = try(local.settings.alarms.email, null)

  alarms = {
    for id, resource in yamldecode(file("${local.root}/resources/alarms.yml")).Resources : id => resource.Properties
    if resource.Type == "AWS::CloudWatch::Alarm" && local.email != null
  }

  # Whose alarm it is: a REST API is told from others by its name, and calls its metrics otherwise.
  dimensions = {
    "AWS/ApiGateway" = { ApiName = aws_api_gateway_rest_api.api.name, Stage = aws_api_gateway_stage.api.stage_name }
    "AWS/Lambda"     = { FunctionName = aws_lambda_function.api.function_name }
  }
  metrics = { "5xx" = "5XXError" }
}

# Under AWS's key CloudWatch may not publish to it.
resource "aws_sns_topic" "alarms" {
  #checkov:skip=CKV_AWS_26:A key of its own, at $1 a month, to keep the names of alarms
  count = local.email == null ? 0 : 1
  name  = "${local.name}-alarms"
}

resource "aws_sns_topic_subscription" "alarms" {
  count     = local.email == null ? 0 : 1
  topic_arn = aws_sns_topic.alarms[0].arn
  protocol  = "email"
  endpoint  = local.email
}

resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each            = local.alarms
  alarm_name          = replace(replace(each.value.AlarmName, "$${self:service}", local.service), "$${sls:stage}", var.stage)
  alarm_description   = each.value.AlarmDescription
  namespace           = each.value.Namespace
  metric_name         = lookup(local.metrics, each.value.MetricName, each.value.MetricName)
  dimensions          = local.dimensions[each.value.Namespace]
  statistic           = try(each.value.Statistic, null)
  extended_statistic  = try(each.value.ExtendedStatistic, null)
  threshold           = replace(each.value.Threshold, "$${self:custom.stage.nearTimeout}", local.settings.timeout * 900)
  comparison_operator = each.value.ComparisonOperator
  period              = each.value.Period
  evaluation_periods  = each.value.EvaluationPeriods
  treat_missing_data  = each.value.TreatMissingData
  alarm_actions       = [aws_sns_topic.alarms[0].arn]
  ok_actions          = [aws_sns_topic.alarms[0].arn]
}
