import type { Stage } from '../stage.ts';
import { type Finding, ok, wrong } from './finding.ts';

/** As the stages come with the project: names that are nobody's (RFC 2606, section 3), and a client's. */
const PLACEHOLDER = /(^|[/@.])example\.(com|okta\.com|mongodb\.net)\b|^0oaexample$/;

export function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value);
}

/** What a stage has not made its own yet. */
export function checkPlaceholders({ file, settings }: Stage): Finding[] {
  const { issuer, clientId, origins, domain, alarms, database } = settings;
  const values = Object.entries({
    issuer,
    clientId,
    origins: origins.find(isPlaceholder),
    'database.uri': database.uri,
    'domain.name': domain?.name,
    'alarms.email': alarms?.email,
  });
  const left = values.flatMap(([key, value]) => (value && isPlaceholder(value) ? key : []));
  if (left.length === 0) return [ok(`nothing of the example is left in ${file}`)];
  return [
    wrong(
      `${file} still has what the example came with: ${left.join(', ')}.`,
      'Put your own there; docs/deploy.md says what each is.',
    ),
  ];
}
