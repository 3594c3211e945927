import type { Socket } from 'node:net';
import type { Plugin } from '@hapi/hapi';

const TOO_LARGE = 'HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n';

/** hapi answers whatever Node cannot parse with 400; a head over Node's 16 KB has a status of its own. */
export const headLimit: Plugin<void> = {
  name: 'head-limit',
  register({ listener }) {
    const [refuse] = listener.listeners('clientError');
    if (!refuse) return;
    listener.removeAllListeners('clientError');
    listener.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      if (error.code === 'HPE_HEADER_OVERFLOW' && socket.writable) socket.end(TOO_LARGE);
      else refuse(error, socket);
    });
  },
};
