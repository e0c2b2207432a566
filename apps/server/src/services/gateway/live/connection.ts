import { type LiveFrame, type LiveTopic, liveCloseCodes } from '@muster/contracts';
import type { WebSocket } from 'ws';
import type { Actor } from '../../../platform/http/call.ts';
import type { ViewerAccess } from '../rules/audience.ts';
import { type StreamPlace, streamStart } from './cursor-order.ts';
import type { LiveFact } from './live-fact.ts';

/** What a reader that falls behind may leave unread before it is cut: about a thousand frames. */
const maxBufferedBytes = 512 * 1024;
/** Facts that may wait for a connection while it is being brought up to date. */
const maxHeld = 2_000;
/** How long a closing socket may take before it is torn down. */
const closeDeadlineMs = 2_000;

type CloseCode = (typeof liveCloseCodes)[keyof typeof liveCloseCodes];

/** One live socket: what it listens to, what it may be told, and how to tell it. */
export class Connection {
  readonly actor: Actor;
  access: ViewerAccess;
  topics: ReadonlySet<LiveTopic> = new Set();
  /** Up to here it has been told; facts come more than once, and the replay reads ahead of them. */
  toldUpTo: StreamPlace = streamStart;
  /** While it is being brought up to date, what happens meanwhile waits here, in order. */
  held: LiveFact[] | null = null;
  /** Requests and changes of access are worked on one after the other. */
  turn: Promise<void> = Promise.resolve();
  lastHeardMs: number;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, actor: Actor, nowMs: number) {
    this.#socket = socket;
    this.actor = actor;
    // Until it subscribes it is told nothing.
    this.access = { userId: actor.userId, role: actor.role, seen: new Set(), handled: new Set(), levels: new Map() };
    this.lastHeardMs = nowMs;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** Keeps a fact for later. */
  hold(fact: LiveFact): void {
    if (this.held === null || this.held.length >= maxHeld) this.#tooSlow();
    else this.held.push(fact);
  }

  /** Sends, or cuts a reader that is too slow: the others must not wait for it. */
  send(frame: LiveFrame): void {
    if (!this.isOpen) return;
    if (this.#socket.bufferedAmount > maxBufferedBytes) this.#tooSlow();
    else this.#socket.send(JSON.stringify(frame));
  }

  close(code: CloseCode, reason: string): void {
    if (!this.isOpen) return;
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), closeDeadlineMs).unref();
  }

  #tooSlow(): void {
    this.close(liveCloseCodes.tooSlow, 'too slow: what was missed comes with the cursor');
  }
}
