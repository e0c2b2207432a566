import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

type Answering = (request: Received, response: ServerResponse, socket: Socket) => unknown;

/** In the place of a service in another process: it does what the test says, and can be killed and started again. */
export class StandIn {
  received: Received[] = [];
  answering: Answering;
  #server: Server | undefined;
  #port = 0;

  constructor() {
    this.answering = fine;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** On the same port as before. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#take(request, response));
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** With every connection. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  /** For the next test. */
  forget(): void {
    this.received = [];
    this.answering = fine;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { method = '', url = '', headers, socket } = request;
    const received = { method, url, headers, body: Buffer.concat(pieces) };
    this.received.push(received);
    await this.answering(received, response, socket);
  }
}

const fine: Answering = (_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'X-Request-Id': 'of-the-service' });
  response.end('{"fine":true}');
};
