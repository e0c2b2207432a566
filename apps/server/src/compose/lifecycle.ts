/** What has been started and must be stopped again, the last first: whatever stands on something ends before it. */
export class Lifecycle {
  readonly #running: { readonly name: string; readonly stop: () => Promise<void> }[] = [];
  #stopping: Promise<readonly Error[]> | undefined;

  /** Remembers how to stop what was just started. */
  started(name: string, stop: () => Promise<void>): void {
    this.#running.push({ name, stop });
  }

  /** Stops everything once, however often it is called; an error does not keep the rest from stopping. */
  stop(): Promise<readonly Error[]> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<readonly Error[]> {
    const failures: Error[] = [];
    for (let next = this.#running.pop(); next !== undefined; next = this.#running.pop()) {
      try {
        await next.stop();
      } catch (error) {
        failures.push(new Error(`${next.name} did not stop cleanly`, { cause: error }));
      }
    }
    return failures;
  }
}
