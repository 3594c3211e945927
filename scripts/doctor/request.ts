const PATIENCE_MS = 5_000;

/** No redirect is followed: where one leads is an answer. */
export async function ask(address: string, options: RequestInit = {}): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    return await fetch(address, { ...options, redirect: 'manual', signal });
  } catch (error) {
    // What fetch says by itself is that it failed.
    const { cause, message, name } = error as Error & { cause?: NodeJS.ErrnoException };
    if (name === 'TimeoutError') throw new Error(`no answer within ${PATIENCE_MS / 1000} s`);
    throw new Error(cause?.code ?? cause?.message ?? message);
  }
}

export async function askJson<T>(address: string): Promise<T> {
  const response = await ask(address);
  if (response.status !== 200) throw new Error(`it answers ${response.status}`);
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null) throw new Error('it answers with no JSON object');
  return body as T;
}
