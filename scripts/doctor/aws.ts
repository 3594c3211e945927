import { STSClient } from '@aws-sdk/client-sts';
import { type Finding, note, wrong } from './finding.ts';

const PATIENCE_MS = 5_000;

export type Aws = ReturnType<typeof connectAws>;

/** What every client is made of: credentials are looked for once, where the SDK always looks. */
export function connectAws(region: string) {
  const { credentials } = new STSClient({ region }).config;
  return { region, credentials, maxAttempts: 2 };
}

/** For each call: the SDK's own time-outs are longer than anybody watches a terminal. */
export function inTime(): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(PATIENCE_MS) };
}

/** A call that failed for a reason that is nobody's setting. What one may not see is no fault of the deployment. */
export function unseen(what: string, error: unknown): Finding {
  const { name, message } = error as Error;
  if (isDenied(error)) {
    return note(`${what} cannot be seen: these credentials may not ask.`, message);
  }
  const [reason] = message.split('\n');
  return wrong(`${what} cannot be seen: ${name}: ${reason}`, 'Run it again in a moment.');
}

export function isDenied(error: unknown): boolean {
  return /^(AccessDenied|Unauthorized|Authorization)/.test((error as Error).name);
}
