import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be slowed down, cut, or led to another server: what networks do, on demand. */
export interface Forwarder {
  readonly port: number;
  /** Every piece of data takes so much longer, in both directions. */
  delay(delayMs: number): void;
  /** Cuts what is connected and refuses what comes, until it is mended. */
  cut(): void;
  mend(): void;
  /** Cuts what is connected; whoever comes from now on is led to this port. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

export const startForwarder = async (targetPort: number): Promise<Forwarder> => {
  let target = targetPort;
  let delayMs = 0;
  let isCut = false;
  const sockets = new Set<Socket>();
  const remember = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const pass = (from: Socket, to: Socket): void => {
    from.on('data', (chunk: Buffer) => {
      if (delayMs === 0) to.write(chunk);
      // In order: each piece waits as long as the one before it, and timers of one length keep their order.
      else setTimeout(() => to.writable && to.write(chunk), delayMs);
    });
    from.on('end', () => setTimeout(() => to.end(), delayMs));
    from.on('error', () => to.destroy());
    from.on('close', () => setTimeout(() => to.destroy(), delayMs));
  };
  const cutAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const server = createServer((client) => {
    remember(client);
    if (isCut) return void client.resetAndDestroy();
    const upstream = remember(connect(target, '127.0.0.1'));
    pass(client, upstream);
    pass(upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    delay: (milliseconds) => {
      delayMs = milliseconds;
    },
    cut: () => {
      isCut = true;
      cutAll();
    },
    mend: () => {
      isCut = false;
    },
    leadTo: (port) => {
      target = port;
      cutAll();
    },
    close: async () => {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
};
