import { formatFailure, type Failure } from './failure.ts';
import type { Tally } from './tally.ts';

export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Tells what goes on: on a terminal one line that changes, elsewhere only what stays. */
export class Reporter {
  readonly #out: Output;
  readonly #failures: Failure[] = [];
  readonly #doing = new Map<string, string>();

  constructor(out: Output) {
    this.#out = out;
  }

  progress(lesson: string, what: string): void {
    this.#doing.set(lesson, what);
    this.#status();
  }

  /** The page itself was followed to its end. */
  pageDone(lesson: string, seconds: number, more: number): void {
    const beside = more === 0 ? '' : `; ${more} jobs with mistakes and other solutions`;
    this.#line(`  ${lesson}: the page works (${seconds.toFixed(1)} s)${beside}`);
  }

  notUndone(lesson: string, job: string, why: string): void {
    this.#line(`  ${lesson}: “${job}” cannot be undone (${firstLine(why)})`);
  }

  spoilt(lesson: string, before: string, job: string, why: string): void {
    this.#line(`  ${lesson}: after “${before}”, “${job}” needs a sandbox of its own (${firstLine(why)})`);
  }

  failure(failure: Failure): void {
    this.#failures.push(failure);
    this.#line(`${formatFailure(failure)}\n`);
  }

  lessonDone(lesson: string, ok: boolean, seconds: number): void {
    this.#doing.delete(lesson);
    this.#line(`${ok ? '✓' : '✗'} ${lesson} (${seconds.toFixed(1)} s)`);
  }

  note(text: string): void {
    this.#line(text);
  }

  summary(tally: Tally): void {
    const again = tally.again === 0 ? '' : ` (${tally.again} then made again from the page’s top)`;
    const rows = [
      `${tally.lessons} lessons, ${tally.tasks} tasks: ${tally.redBefore} red before, ${tally.greenAfter} green after`,
      tally.nearMisses === 0
        ? 'no near misses tried'
        : `${tally.nearMissesRejected} of ${tally.nearMisses} near misses turned down for the stated reason`,
      `${tally.runBlocksOk} of ${tally.runBlocks} run blocks did what they should`,
      `${tally.sandboxes} sandboxes, ${tally.fromCopies} of them begun with a copy of one that had followed the page so far${again}`,
      ...(tally.inPassing === 0
        ? []
        : [
            `${tally.inPassing} mistakes and other solutions came after another one in the same sandbox; ${tally.spoilt} of them then had one of their own`,
          ]),
      ...(tally.leftOut === 0 ? [] : [`${tally.leftOut} lessons left out, which need a Kubernetes cluster`]),
      `${tally.broken} broken checks, ${this.#failures.length} failures, ${tally.seconds} s`,
    ];
    this.#line(['', ...rows].join('\n  '));
  }

  #line(text: string): void {
    if (this.#out.isTTY) this.#out.write('\r\x1b[K');
    this.#out.write(`${text}\n`);
    this.#status();
  }

  #status(): void {
    if (!this.#out.isTTY) return;
    const text = [...this.#doing].map(([lesson, what]) => `${lesson.split('/').at(-1)}: ${what}`).join(' · ');
    this.#out.write(`\r\x1b[K${text.slice(0, (this.#out.columns ?? 80) - 1)}`);
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}
