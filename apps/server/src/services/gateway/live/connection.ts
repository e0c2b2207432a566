import { type LiveFrame, type LiveTopic, liveCloseCodes } from '@muster/contracts';
import type { WebSocket } from 'ws';
import type { Actor } from '../../../platform/http/call.ts';
import type { ViewerAccess } from '../rules/audience.ts';

/** What a reader that falls behind may leave unread before it is cut: about a thousand frames. */
const maxBufferedBytes = 512 * 1024;
/** How long a closing socket may take before it is torn down. */
const closeDeadlineMs = 2_000;

type CloseCode = (typeof liveCloseCodes)[keyof typeof liveCloseCodes];

/** One live socket: what it listens to, what it may be told, and how to tell it. */
export class Connection {
  readonly actor: Actor;
  access: ViewerAccess;
  topics: ReadonlySet<LiveTopic> = new Set();
  /** While what was missed is being replayed, what happens meanwhile waits here. */
  held: LiveFrame[] | null = null;
  /** Members whose location went out since the last record of it. */
  readonly watched = new Set<string>();
  lastHeardMs: number;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, actor: Actor, access: ViewerAccess, nowMs: number) {
    this.#socket = socket;
    this.actor = actor;
    this.access = access;
    this.lastHeardMs = nowMs;
  }

  /** Sends, or holds back, or cuts a reader that is too slow: the others must not wait for it. */
  send(frame: LiveFrame): void {
    if (this.held !== null && frame.type === 'event') {
      this.held.push(frame);
      return;
    }
    if (this.#socket.bufferedAmount > maxBufferedBytes) {
      this.close(liveCloseCodes.tooSlow, 'too slow: what was missed comes with the cursor');
      return;
    }
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  close(code: CloseCode, reason: string): void {
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), closeDeadlineMs).unref();
  }
}
