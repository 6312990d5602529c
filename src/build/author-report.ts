import { join, sep } from 'node:path';
import type { ViteDevServer } from 'vite';
import { type ContentProblem, formatProblem } from '../../sandbox-server/lab/validate.ts';
import type { LastGood } from './last-good.ts';

/** Editors write a file in several steps. */
const SETTLE_MS = 150;

/** What pages are told while they are written, as `drydock:problems`; they ask for it with `drydock:ask`. */
export interface AuthorNews {
  problems: (ContentProblem & {
    /** Pages show an older version of this file. */
    held: boolean;
  })[];
}

export interface AuthorReportOptions {
  server: ViteDevServer;
  contentFolder: string;
  problems: () => Promise<ContentProblem[]>;
  lastGood: LastGood;
  /** Tells the author, who looks at a terminal. */
  say: (text: string) => void;
}

/** Tells the author of the content's problems, in the terminal and in the open pages, and when they are gone. */
export class AuthorReport {
  readonly #options: AuthorReportOptions;
  #news: AuthorNews = { problems: [] };
  #said = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AuthorReportOptions) {
    this.#options = options;
  }

  start(): void {
    const { server, contentFolder } = this.#options;
    server.watcher.on('all', (_event, file) => {
      if (!file.startsWith(contentFolder)) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#look(), SETTLE_MS);
    });
    server.ws.on('drydock:ask', () => server.ws.send('drydock:problems', this.#news));
    void this.#look();
  }

  async #look(): Promise<void> {
    const { server, contentFolder, problems, lastGood, say } = this.#options;
    try {
      const found = await problems();
      const lookedAt = [...new Set(found.map(({ file }) => join(contentFolder, file)))];
      // A page that nobody has opened yet has not been read.
      await Promise.all(lookedAt.filter(isShown).map((file) => lastGood.read(file)));
      const held = new Set(lastGood.held);
      this.#news = {
        problems: found.map((problem) => ({ ...problem, held: held.has(join(contentFolder, problem.file)) })),
      };
    } catch (error) {
      say(`The content could not be checked: ${String(error)}`);
      return;
    }
    server.ws.send('drydock:problems', this.#news);
    const text = this.#news.problems.map(formatAsFile).join('\n');
    if (text === this.#said) return;
    this.#said = text;
    say(text === '' ? 'The content has no problems any more.' : `\n${text}\n`);
  }
}

function isShown(file: string): boolean {
  return file.endsWith(`${sep}lesson.mdx`) || file.endsWith(`${sep}lab.ts`);
}

function formatAsFile(problem: AuthorNews['problems'][number]): string {
  const more = problem.held ? '\n  Pages show the last version without a mistake.' : '';
  return `content/${formatProblem(problem)}${more}`;
}
