import type { LiveFrame, LiveHappening, LiveTopic } from '@muster/contracts';
import { deviceNowMs, learnServerTime } from '../app/clock.ts';
import { freshAccessToken, refuseAccessToken } from './client.ts';
import { reconnectDelayMs } from './reconnect-delay.ts';

export type LiveState = 'connecting' | 'open' | 'waiting' | 'refused';

export interface LiveListener {
  readonly topics: readonly LiveTopic[];
  onHappening(happening: LiveHappening, topic: LiveTopic): void;
  /** Something may have been missed, or what the reader may see has changed: load the lists again. */
  onReset(): void;
  onState(state: LiveState): void;
}

/** A connection and its end, so that tests need no network. */
export interface LiveSurroundings {
  open(token: string): WebSocket;
  token(): Promise<string | null>;
  refuse(token: string): void;
  random(): number;
}

const subprotocol = 'muster.v1';
const silenceLimitMs = 45_000;
const closeCodes = { notSignedIn: 4401, notPermitted: 4403, malformed: 4400 };

const inBrowser: LiveSurroundings = {
  open: (token) => {
    const address = new URL('/v1/live', window.location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    return new WebSocket(address, [subprotocol, `bearer.${token}`]);
  },
  token: freshAccessToken,
  refuse: refuseAccessToken,
  random: Math.random,
};

/**
 * One socket for all the user may see and all its listeners. It resumes after a break with the
 * cursor of the last frame; it lives while somebody listens.
 */
export const createLiveConnection = (surroundings: LiveSurroundings = inBrowser) => {
  const listeners = new Set<LiveListener>();
  const accessListeners = new Set<() => void>();
  let socket: WebSocket | null = null;
  let state: LiveState = 'waiting';
  let cursor: string | null = null;
  let attempt = 0;
  /** What a server that restarts asked for. */
  let retryAfterMs: number | null = null;
  let heardAtMs = 0;
  let subscribedTo = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let watch: ReturnType<typeof setInterval> | undefined;
  let usedToken = '';

  const tell = (next: LiveState) => {
    state = next;
    for (const listener of listeners) listener.onState(next);
  };
  const reset = () => {
    for (const listener of listeners) listener.onReset();
  };
  const subscribe = () => {
    const topics = [...new Set([...listeners].flatMap((listener) => listener.topics))].sort();
    if (socket?.readyState !== WebSocket.OPEN || topics.length === 0 || topics.join() === subscribedTo) return;
    subscribedTo = topics.join();
    socket.send(JSON.stringify({ type: 'subscribe', topics, ...(cursor ? { cursor } : {}) }));
  };
  const receive = (frame: LiveFrame) => {
    if (frame.type === 'ping') {
      learnServerTime(Date.parse(frame.serverAt));
      socket?.send('{"type":"pong"}');
    } else if (frame.type === 'subscribed') {
      const missed = cursor !== null && !frame.resumed;
      cursor = frame.cursor;
      attempt = 0;
      tell('open');
      if (missed) reset();
    } else if (frame.type === 'event') {
      cursor = frame.cursor;
      for (const listener of listeners) {
        if (listener.topics.includes(frame.topic)) listener.onHappening(frame.happening, frame.topic);
      }
    } else if (frame.type === 'restarting') {
      retryAfterMs = frame.retryAfterMs;
    } else {
      reset();
      for (const listener of accessListeners) listener();
    }
  };

  const schedule = () => {
    clearTimeout(timer);
    tell('waiting');
    timer = setTimeout(() => void connect(), retryAfterMs ?? reconnectDelayMs(attempt, surroundings.random()));
    if (retryAfterMs === null) attempt += 1;
    retryAfterMs = null;
  };

  const connect = async (): Promise<void> => {
    clearTimeout(timer);
    if (listeners.size === 0 || socket) return;
    tell('connecting');
    const token = await surroundings.token().catch(() => undefined);
    if (listeners.size === 0 || socket) return;
    if (token === undefined) return schedule();
    if (token === null) return tell('refused');
    usedToken = token;
    const opened = surroundings.open(token);
    socket = opened;
    subscribedTo = '';
    heardAtMs = deviceNowMs();
    opened.onopen = subscribe;
    opened.onmessage = (event) => {
      heardAtMs = deviceNowMs();
      receive(JSON.parse(String(event.data)) as LiveFrame);
    };
    opened.onclose = (event) => {
      if (socket !== opened) return;
      socket = null;
      if (event.code === closeCodes.notSignedIn) surroundings.refuse(usedToken);
      if (event.code === closeCodes.notPermitted || event.code === closeCodes.malformed) tell('refused');
      else if (listeners.size > 0) schedule();
    };
  };

  /** A socket that a sleeping phone or a dead router left behind says nothing and never closes. */
  const drop = () => {
    const stale = socket;
    socket = null;
    stale?.close();
  };
  const hurry = () => {
    if (listeners.size === 0 || document.visibilityState === 'hidden') return;
    if (socket && deviceNowMs() - heardAtMs > silenceLimitMs) drop();
    if (!socket && state !== 'refused') {
      attempt = 0;
      void connect();
    }
  };

  const start = () => {
    window.addEventListener('online', hurry);
    document.addEventListener('visibilitychange', hurry);
    watch = setInterval(() => {
      if (!socket || deviceNowMs() - heardAtMs <= silenceLimitMs) return;
      drop();
      schedule();
    }, 5_000);
    void connect();
  };
  const stop = () => {
    window.removeEventListener('online', hurry);
    document.removeEventListener('visibilitychange', hurry);
    clearInterval(watch);
    clearTimeout(timer);
    drop();
    attempt = 0;
  };

  return {
    /** Calls back when what the user may do or see has changed; does not open the socket by itself. */
    onAccessChanged: (listener: () => void): (() => void) => {
      accessListeners.add(listener);
      return () => void accessListeners.delete(listener);
    },
    /** Starts listening and returns how to stop. */
    listen: (listener: LiveListener): (() => void) => {
      listeners.add(listener);
      listener.onState(state);
      if (listeners.size === 1) start();
      else subscribe();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
  };
};

/** The connection that everything on the page listens to. */
export const liveConnection = createLiveConnection();
