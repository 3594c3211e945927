import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Plugin } from '@hapi/hapi';

/** As Node has them: https://nodejs.org/api/http.html#event-clienterror. All else is a bad request. */
const refusals: Record<string, string> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/**
 * What Node cannot read. hapi has 400 for all of it, a head over Node's 16 KB among it; and it answers a
 * request at once of which it is the rest, while that is being served: where both answers meet, an assertion
 * of hapi's fails (`Response._marshal`), and the process ends.
 */
export const unreadable: Plugin<void> = {
  name: 'unreadable',
  register({ listener }) {
    /** The last of a connection's: answers go out in the order of the requests. */
    const last = new WeakMap<Socket, ServerResponse>();
    for (const event of ['request', 'checkContinue']) {
      listener.prependListener(event, (request, response) => last.set(request.socket, response));
    }
    listener.removeAllListeners('clientError');
    listener.on('clientError', ({ code }: NodeJS.ErrnoException, socket: Socket) => {
      const status = refusals[code ?? ''] ?? '400 Bad Request';
      const refusal = `HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`;
      const refuse = () => (socket.writable ? socket.end(refusal) : socket.destroy());
      const response = last.get(socket);
      if (!response || response.closed) refuse();
      // It is the next request: this one is whole, and is answered first.
      else if (response.req.complete) response.once('close', refuse);
      else {
        if (!response.headersSent && socket.writable) socket.write(refusal);
        // To hapi its client has left.
        socket.destroySoon();
      }
    });
  },
};
