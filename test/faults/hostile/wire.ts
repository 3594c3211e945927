import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Attack } from './attacks.ts';

/** After the last byte that came over a connection that stays open. */
const IDLE_MS = 50;
/** For what is never answered: half of a request, to one who waits for the other half. */
const PATIENCE_MS = 2_000;

/** Between the pieces of one request, so that it is being served before all of it is there. */
const PIECES_MS = 2;

export interface Answer {
  status: number;
  headers: Map<string, string>;
}

export interface Exchange {
  answers: Answer[];
  /** The client did, before the server. */
  isHungUp: boolean;
}

/** Sends it over a connection of its own, and waits until nothing more comes back. */
export function send(port: number, { pieces, leaves, isHead }: Attack): Promise<Exchange> {
  return new Promise((resolve) => {
    let isHungUp = leaves ?? false;
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1').setNoDelay();
    const leave = () => {
      isHungUp = true;
      socket.resetAndDestroy();
    };
    let timer = setTimeout(leave, PATIENCE_MS);
    socket
      .on('connect', async () => {
        for (const [index, piece] of pieces.entries()) {
          if (index > 0) await pause(PIECES_MS);
          socket.write(piece);
        }
        if (leaves) socket.end();
      })
      .on('data', (chunk) => {
        chunks.push(chunk);
        clearTimeout(timer);
        timer = setTimeout(leave, IDLE_MS);
      })
      // A server that has refused does not read to the end.
      .on('error', () => {})
      .on('close', () => {
        clearTimeout(timer);
        const answers = readAnswers(Buffer.concat(chunks).toString('latin1'), isHead);
        resolve({ answers, isHungUp });
      });
  });
}

function readAnswers(text: string, isHead = false): Answer[] {
  const answers: Answer[] = [];
  for (let rest = text; rest !== ''; ) {
    const end = rest.indexOf('\r\n\r\n');
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n');
    const [, status] = /^HTTP\/1\.1 (\d{3})( |$)/.exec(first) ?? [];
    if (end < 0 || !status) throw new Error(`This is no answer: ${JSON.stringify(rest)}`);
    const headers = new Map(
      lines.map((line) => {
        const [name = '', ...value] = line.split(':');
        return [name.toLowerCase(), value.join(':').trim()];
      }),
    );
    rest = rest.slice(end + 4);
    if (status === '100') continue;
    answers.push({ status: Number(status), headers });
    const hasBody = !isHead && status !== '204' && status !== '304';
    if (hasBody) rest = skipBody(rest, headers);
  }
  return answers;
}

function skipBody(text: string, headers: Map<string, string>): string {
  const length = headers.get('content-length');
  if (length !== undefined) return text.slice(Number(length));
  if (headers.get('transfer-encoding') !== 'chunked') return '';
  for (let rest = text; ; ) {
    const line = /^([\da-f]+)\r\n/i.exec(rest);
    // What is cut off in the middle of its body has nothing behind it.
    if (!line) return '';
    const size = Number.parseInt(line[1]!, 16);
    rest = rest.slice(line[0].length + size + 2);
    if (size === 0) return rest;
  }
}
