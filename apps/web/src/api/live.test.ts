import type { LiveListener } from './live.ts';
import { reconnectDelayMs } from './reconnect-delay.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 1;
  sent: { type: string; topics?: string[]; cursor?: string }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly token: string;
  constructor(token: string) {
    this.token = token;
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as FakeSocket['sent'][number]);
  }
  close() {
    this.readyState = 3;
  }
  hear(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  end(code: number) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

const ignore = () => undefined;
// The module speaks to the browser; the test stands in for the few parts it touches.
vi.stubGlobal('WebSocket', FakeSocket);
vi.stubGlobal('window', { addEventListener: ignore, removeEventListener: ignore });
vi.stubGlobal('document', { addEventListener: ignore, removeEventListener: ignore, visibilityState: 'visible' });
vi.mock('./client.ts', () => ({ freshAccessToken: () => null, refuseAccessToken: () => undefined }));
const { createLiveConnection } = await import('./live.ts');

const connect = () => {
  const tokens = ['first', 'second', 'third'];
  const refused: string[] = [];
  const connection = createLiveConnection({
    open: (token) => new FakeSocket(token) as unknown as WebSocket,
    token: () => Promise.resolve(tokens.shift() ?? null),
    refuse: (token) => refused.push(token),
    random: () => 0,
  });
  const listener = {
    topics: ['alerts'] as const,
    onHappening: vi.fn<LiveListener['onHappening']>(),
    onReset: vi.fn<() => void>(),
    onState: vi.fn<LiveListener['onState']>(),
  };
  return { connection, listener, refused };
};
const settle = () => vi.advanceTimersByTimeAsync(0);
const happening = { kind: 'inbox', unread: 3 };

describe('the live connection', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeSocket.all = [];
  });
  afterEach(() => vi.useRealTimers());

  it('subscribes, answers pings and hands on what happens', async () => {
    const { connection, listener } = connect();
    const stop = connection.listen(listener);
    await settle();
    const [socket] = FakeSocket.all;
    socket?.onopen?.();
    socket?.hear({ type: 'subscribed', cursor: 'c1', resumed: false, level: 'full' });
    socket?.hear({ type: 'ping', serverAt: '2031-03-04T08:00:00.000Z' });
    socket?.hear({ type: 'event', cursor: 'c2', topic: 'alerts', happening });
    socket?.hear({ type: 'event', cursor: 'c3', topic: 'inbox', happening });
    expect(socket?.sent).toEqual([{ type: 'subscribe', topics: ['alerts'] }, { type: 'pong' }]);
    expect(listener.onHappening).toHaveBeenCalledExactlyOnceWith(happening, 'alerts');
    expect(listener.onReset).not.toHaveBeenCalled();
    stop();
  });

  it('resumes after a break with the cursor of the last frame, with a fresh token when the old one was refused', async () => {
    const { connection, listener, refused } = connect();
    const stop = connection.listen(listener);
    await settle();
    FakeSocket.all[0]?.onopen?.();
    FakeSocket.all[0]?.hear({ type: 'event', cursor: 'c9', topic: 'alerts', happening });
    FakeSocket.all[0]?.end(4401);
    expect(refused).toEqual(['first']);
    await vi.advanceTimersByTimeAsync(1_000);
    const again = FakeSocket.all[1];
    again?.onopen?.();
    expect(again?.token).toBe('second');
    expect(again?.sent).toEqual([{ type: 'subscribe', topics: ['alerts'], cursor: 'c9' }]);
    again?.hear({ type: 'subscribed', cursor: 'c20', resumed: false, level: 'full' });
    expect(listener.onReset).toHaveBeenCalledOnce();
    stop();
  });

  it('comes back when a server that restarts has asked for it', async () => {
    const { connection, listener } = connect();
    const stop = connection.listen(listener);
    await settle();
    FakeSocket.all[0]?.hear({ type: 'restarting', retryAfterMs: 2_400 });
    FakeSocket.all[0]?.end(1012);
    await vi.advanceTimersByTimeAsync(2_399);
    expect(FakeSocket.all.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeSocket.all.length).toBe(2);
    expect(listener.onReset).not.toHaveBeenCalled();
    stop();
  });

  it('leaves a silent socket and comes back', async () => {
    const { connection, listener } = connect();
    const stop = connection.listen(listener);
    await settle();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.all.length).toBe(2);
    expect(FakeSocket.all[0]?.readyState).toBe(3);
    stop();
  });

  it('stays away where it is not permitted', async () => {
    const { connection, listener } = connect();
    const stop = connection.listen(listener);
    await settle();
    FakeSocket.all[0]?.end(4403);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(listener.onState).toHaveBeenLastCalledWith('refused');
    stop();
  });

  it('waits longer each time, never more than half a minute, and never all at once', () => {
    expect(reconnectDelayMs(0, 0)).toBe(500);
    expect(reconnectDelayMs(3, 1)).toBe(8_000);
    expect(reconnectDelayMs(30, 1)).toBe(30_000);
    expect(reconnectDelayMs(30, 0)).toBe(15_000);
  });
});
