import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A mail server that takes everything and delivers nothing (RFC 5321, as much of it as a client needs). */

export interface Mailbox {
  /** For MUSTER_SMTP_URL. */
  readonly url: string;
  count(): number;
  /** The next message as it came, its lines joined again; waits for it. */
  next(): Promise<string>;
  close(): Promise<void>;
}

const deadlineMs = 30_000;

export const openMailbox = async (): Promise<Mailbox> => {
  const messages: string[] = [];
  let read = 0;
  let tell = (): void => undefined;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    talk(socket, (message) => {
      messages.push(message);
      tell();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A port was expected.');
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    count: () => messages.length,
    next: async () => {
      if (messages.length <= read) {
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(() => reject(new Error('No message came.')), deadlineMs);
          tell = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      read += 1;
      return messages[read - 1] ?? '';
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

const talk = (socket: Socket, onMessage: (message: string) => void): void => {
  const say = (line: string) => socket.write(`${line}\r\n`);
  let message: string[] | null = null;
  say('220 mailbox');
  createInterface({ input: socket }).on('line', (line) => {
    if (message === null) {
      const command = line.slice(0, 4).toUpperCase();
      if (command === 'DATA') message = [];
      say(command === 'DATA' ? '354 go on' : command === 'QUIT' ? '221 bye' : '250 fine');
      if (command === 'QUIT') socket.end();
    } else if (line === '.') {
      // Quoted-printable (RFC 2045, 6.7), as far as addresses need it.
      onMessage(message.join('\n').replaceAll('=\n', '').replaceAll('=3D', '='));
      message = null;
      say('250 taken');
    } else message.push(line);
  });
};
