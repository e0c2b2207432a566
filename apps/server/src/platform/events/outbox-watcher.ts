import type { Cursor } from './cursor.ts';
import type { News, OutboxStore } from './outbox-store.ts';
import { restAfter } from './rest.ts';

export interface WatcherTuning {
  /** How long a lost notification can delay events. Default 1000. */
  pollMs?: number;
  /** How soon to look again while committed events wait for a slower transaction. Default 15. */
  heldBackMs?: number;
  /** How often to look after everything, woken or not: after an error, or when another process died. Default 5000. */
  sweepMs?: number;
}

export interface WatcherOptions extends WatcherTuning {
  store: OutboxStore;
  /** `sweep`: also look after what nothing was said about. Must not throw. */
  onNews: (news: News, sweep: boolean) => void;
  /** Whether somebody in this process waits for what comes in; otherwise it is enough to look now and then. */
  isUrgent?: () => boolean;
  log?: ((message: string, error?: unknown) => void) | undefined;
}

/** One look at the outbox for everybody in this process: when notified, and now and then. */
export class OutboxWatcher {
  readonly #options: WatcherOptions;
  readonly #stop = new AbortController();
  #wake: () => void = () => {};
  #woken = false;
  #watching: Promise<void> = Promise.resolve();
  #nextSweepAt = 0;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#watching = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#watching;
  }

  /** Something was committed: look now. */
  notified(): void {
    if (!this.#isUrgent()) return;
    this.#woken = true;
    this.#wake();
  }

  /** Something was left unfinished: sweep at the next look. */
  sweepSoon(): void {
    this.#nextSweepAt = 0;
  }

  #isUrgent(): boolean {
    return this.#options.isUrgent?.() ?? true;
  }

  async #watch(): Promise<void> {
    const { store, onNews, log, pollMs = 1_000, heldBackMs = 15, sweepMs = 5_000 } = this.#options;
    let looked: Cursor | undefined;
    while (!this.#stop.signal.aborted) {
      const startedAt = performance.now();
      let pauseMs = pollMs;
      try {
        this.#woken = false;
        const news = await store.look(looked ?? (await store.currentHorizon()));
        // At the start, and now and then: what another process left unfinished, or an error interrupted.
        const sweep = performance.now() >= this.#nextSweepAt;
        if (sweep) this.#nextSweepAt = performance.now() + sweepMs;
        onNews(news, sweep);
        looked = news.horizon;
        if (news.heldBack && this.#isUrgent()) pauseMs = heldBackMs;
      } catch (error) {
        if (!this.#stop.signal.aborted) log?.('The outbox cannot be read', error);
      }
      await restAfter(performance.now() - startedAt, 0, this.#stop.signal);
      await this.#pause(pauseMs);
    }
  }

  #pause(pauseMs: number): Promise<void> {
    if (this.#woken || this.#stop.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pauseMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
