import type { Finding } from '../../scripts/doctor/finding.ts';

/** Each in a line: its mark, what was seen, and the remedy. */
export function lines(findings: Finding[]): string[] {
  return findings.map(({ mark, text, remedy = '' }) => `${mark} ${text} ${remedy}`.trim());
}
