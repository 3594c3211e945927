import { once } from 'node:events';
import { SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';

/** A line of a file as it was written. */
export interface Place {
  file: string;
  line: number;
}

interface Script {
  path: string;
  map?: SourceMap;
}

interface Message {
  id?: number;
  method?: string;
  // biome-ignore lint/suspicious/noExplicitAny: as the inspector's protocol has it.
  params?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as the inspector's protocol has it.
  result?: any;
  error?: { message: string };
}

/**
 * Sets a breakpoint in a process and in its threads as an editor does: by the source map of a script that has
 * one, else by its name. Each place where it stops is told, and gone on from.
 * https://chromedevtools.github.io/devtools-protocol/
 */
export async function setBreakpoint(
  address: string,
  place: Place,
  paused: (at: Place) => void,
): Promise<{ leave(): void }> {
  const socket = new WebSocket(address);
  await once(socket, 'open');
  const session = new Session((text) => socket.send(text), place, paused);
  socket.addEventListener('message', ({ data }) => {
    // It has come to its end, and waits for whoever looks at it.
    if (JSON.parse(data).method === 'NodeRuntime.waitingForDisconnect') socket.close();
    else session.receive(data);
  });
  await session.start();
  return { leave: () => socket.close() };
}

class Session {
  readonly #send: (text: string) => void;
  readonly #place: Place;
  readonly #paused: (at: Place) => void;
  readonly #scripts = new Map<string, Script>();
  readonly #threads = new Map<string, Session>();
  readonly #waiting = new Map<number, PromiseWithResolvers<Message['result']>>();
  #count = 0;

  constructor(send: (text: string) => void, place: Place, paused: (at: Place) => void) {
    this.#send = send;
    this.#place = place;
    this.#paused = paused;
  }

  async start(): Promise<void> {
    await this.#call('Debugger.enable');
    const { file, line } = this.#place;
    const urlRegex = `${RegExp.escape(`/${file}`)}$`;
    await this.#call('Debugger.setBreakpointByUrl', { urlRegex, lineNumber: line - 1 });
    // A thread knows neither.
    await Promise.allSettled([
      this.#call('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }),
      this.#call('NodeWorker.enable', { waitForDebuggerOnStart: true }),
    ]);
    await this.#call('Runtime.runIfWaitingForDebugger');
  }

  receive(text: string): void {
    const { id, method, params, result, error }: Message = JSON.parse(text);
    if (id !== undefined) {
      const waiting = this.#waiting.get(id)!;
      this.#waiting.delete(id);
      if (error) waiting.reject(new Error(error.message));
      else waiting.resolve(result);
    } else if (method === 'Debugger.scriptParsed') this.#know(params);
    else if (method === 'Debugger.paused') this.#pause(params);
    else if (method === 'NodeWorker.attachedToWorker') this.#attach(params.sessionId);
    else if (method === 'NodeWorker.receivedMessageFromWorker')
      this.#threads.get(params.sessionId)!.receive(params.message);
  }

  #call(method: string, params: object = {}): Promise<Message['result']> {
    const id = ++this.#count;
    const waiting = Promise.withResolvers<Message['result']>();
    this.#waiting.set(id, waiting);
    this.#send(JSON.stringify({ id, method, params }));
    return waiting.promise;
  }

  #attach(sessionId: string): void {
    const send = (message: string) =>
      this.#call('NodeWorker.sendMessageToWorker', { sessionId, message });
    const thread = new Session(send, this.#place, this.#paused);
    this.#threads.set(sessionId, thread);
    thread.start();
  }

  #know({ scriptId, url, sourceMapURL = '' }: Record<string, string>): void {
    const script: Script = { path: url!.replace('file://', '') };
    this.#scripts.set(scriptId!, script);
    const [, data] = /^data:application\/json;[^,]*base64,(.*)/s.exec(sourceMapURL) ?? [];
    const payload = data && JSON.parse(Buffer.from(data, 'base64').toString());
    if (!payload?.sources?.some((source: string) => isOf(source, this.#place.file))) return;
    script.map = new SourceMap(payload);
    this.#setIn(scriptId!, script);
  }

  async #pause({ callFrames }: Message['params']): Promise<void> {
    const { scriptId, lineNumber, columnNumber } = callFrames[0].location;
    const at = originOf(this.#scripts.get(scriptId)!, lineNumber, columnNumber);
    if (at) this.#paused(at);
    await this.#call('Debugger.resume');
  }

  /** At the first place in the script that comes from the line. */
  async #setIn(scriptId: string, script: Script): Promise<void> {
    const { scriptSource } = await this.#call('Debugger.getScriptSource', { scriptId });
    for (const [lineNumber, text] of (scriptSource as string).split('\n').entries()) {
      for (let columnNumber = 0; columnNumber < text.length; columnNumber++) {
        const at = originOf(script, lineNumber, columnNumber);
        if (at?.line !== this.#place.line || !isOf(at.file, this.#place.file)) continue;
        const location = { scriptId, lineNumber, columnNumber };
        await this.#call('Debugger.setBreakpoint', { location });
        return;
      }
    }
  }
}

function isOf(path: string, file: string): boolean {
  return `/${path}`.endsWith(`/${file}`);
}

function originOf({ path, map }: Script, line: number, column: number): Place | undefined {
  if (!map) return { file: path, line: line + 1 };
  const entry = map.findEntry(line, column);
  if (!('originalSource' in entry)) return undefined;
  return {
    file: resolve(dirname(path), entry.originalSource),
    line: entry.originalLine + 1,
  };
}
