import { type Parts, readers } from '../adapter/event.ts';
import { Problem } from '../adapter/problem.ts';
import { type RawEvent, recognise } from '../adapter/source.ts';
import type { LambdaEvent } from '../adapter/types.ts';

/** What an event says of its request; nothing where it is malformed, as that has to be answered too. */
export function readParts(event: LambdaEvent): Parts {
  const read = readers[recognise(event)];
  try {
    return read(event as unknown as RawEvent);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { method: '', path: '', query: '', headers: {}, body: undefined, isBase64: false };
  }
}
