const barWidth = 24;

/** How far something is: one line that changes on a terminal, a line for every tenth anywhere else. */
export class ProgressLine {
  readonly #out: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
  #toldTenth = 0;

  constructor(out: Pick<NodeJS.WriteStream, 'write' | 'isTTY'> = process.stdout) {
    this.#out = out;
  }

  show(fraction: number, words: string): void {
    const percent = `${Math.floor(fraction * 100)}`.padStart(3);
    if (this.#out.isTTY) {
      const full = Math.round(fraction * barWidth);
      this.#out.write(`\r  ${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${percent} %  ${words}\u001B[K`);
      return;
    }
    const tenth = Math.floor(fraction * 10);
    if (tenth > this.#toldTenth) this.#out.write(`  ${percent} %  ${words}\n`);
    this.#toldTenth = Math.max(tenth, this.#toldTenth);
  }

  end(): void {
    if (this.#out.isTTY) this.#out.write('\n');
  }
}
