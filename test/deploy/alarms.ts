import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { Aws } from './aws.ts';

export interface DeployedAlarm {
  name: string;
  metric: string;
  threshold: number | undefined;
  /** As in `email alarms@example.com`: when it goes off, and when all is well again. */
  tells: string[];
  calms: string[];
}

export async function readAlarms(aws: Aws, names: string[]): Promise<DeployedAlarm[]> {
  if (names.length === 0) return [];
  const { MetricAlarms = [] } = await new CloudWatchClient(aws.client).send(
    new DescribeAlarmsCommand({ AlarmNames: names }),
  );
  const subscribers = await readSubscribers(aws);
  const whom = (actions: string[] = []) => actions.flatMap((arn) => subscribers.get(arn) ?? [arn]);
  return MetricAlarms.map((alarm) => ({
    name: alarm.AlarmName!,
    metric: `${alarm.Namespace} ${alarm.MetricName}`,
    threshold: alarm.Threshold,
    tells: alarm.ActionsEnabled ? whom(alarm.AlarmActions) : [],
    calms: alarm.ActionsEnabled ? whom(alarm.OKActions) : [],
  }));
}

/** Of each topic. By hand, as the framework brings no client for SNS. */
async function readSubscribers(aws: Aws): Promise<Map<string, string[]>> {
  const response = await fetch(aws.endpoint, {
    method: 'POST',
    // The stand-in reads of a signature only for which service it is.
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=rehearsal/20260101/${aws.region}/sns/aws4_request`,
    },
    body: new URLSearchParams({ Action: 'ListSubscriptions', Version: '2010-03-31' }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`sns: ${response.status} ${text}`);
  const subscribers = new Map<string, string[]>();
  for (const [member] of text.matchAll(/<member>.*?<\/member>/gs)) {
    const read = (name: string) => new RegExp(`<${name}>([^<]*)<`).exec(member)?.[1] ?? '';
    const topic = read('TopicArn');
    const subscriber = `${read('Protocol')} ${read('Endpoint')}`;
    subscribers.set(topic, [...(subscribers.get(topic) ?? []), subscriber]);
  }
  return subscribers;
}
