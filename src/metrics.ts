import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { NAME } from './name.ts';

/** What of a request is counted; undefined where there was none. */
export interface Counted {
  isColdStart: boolean;
  databaseMs: number | undefined;
  /** Of the problem that it was answered with. */
  code: string | undefined;
}

/**
 * The metrics of a request as CloudWatch reads them out of a log line: they cost no call. A code is a
 * dimension of its metric alone, as each combination of dimensions is paid for.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function createMetrics(stage: string) {
  const options = { namespace: NAME, serviceName: NAME, defaultDimensions: { stage } };
  const requests = new Metrics(options);
  let errors: Metrics | undefined;

  return ({ isColdStart, databaseMs, code }: Counted): object | undefined => {
    if (isColdStart) requests.addMetric('ColdStart', MetricUnit.Count, 1);
    if (databaseMs !== undefined) {
      requests.addMetric('DatabaseTime', MetricUnit.Milliseconds, databaseMs);
    }
    if (code) {
      errors ??= new Metrics(options);
      errors.addDimension('code', code).addMetric('Errors', MetricUnit.Count, 1);
    }

    const written = [requests, errors]
      .filter((metrics) => metrics?.hasStoredMetrics())
      .map((metrics) => take(metrics!));
    if (written.length === 0) return;
    const { Timestamp } = written[0]!._aws;
    const CloudWatchMetrics = written.flatMap(({ _aws }) => _aws.CloudWatchMetrics);
    // The dimension `service` is a key of every line already.
    const { service, ...rest } = Object.assign({}, ...written);
    return { ...rest, _aws: { Timestamp, CloudWatchMetrics } };
  };
}

function take(metrics: Metrics) {
  const written = metrics.serializeMetrics();
  metrics.clearMetrics();
  metrics.clearDimensions();
  return written;
}
