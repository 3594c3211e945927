import type { Context } from 'aws-lambda';
import type { LambdaEvent, Source } from './types.ts';

/** One event on its way. A handler sees it as `request.lambda`. */
export class Invocation {
  readonly source: Source;
  readonly event: LambdaEvent;
  readonly context: Context | undefined;
  prefix = '';
  #controller: AbortController | undefined;

  constructor(source: Source, event: LambdaEvent, context: Context | undefined) {
    this.source = source;
    this.event = event;
    this.context = context;
  }

  get requestId(): string | undefined {
    return this.context?.awsRequestId;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Made when it is first asked for: most requests never do. */
  get controller(): AbortController {
    this.#controller ??= new AbortController();
    return this.#controller;
  }
}
