import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Plugin } from 'vite';
import { importLab } from '../../sandbox-server/lab/lessons.ts';
import { parsePage } from '../../sandbox-server/lab/parse-page.ts';

/** Keeps the last version of each page and lab that could be read, to show it while the file has a mistake in it. */
export class LastGood {
  readonly #good = new Map<string, string>();
  readonly #held = new Set<string>();
  /** Of a lab, what pages show. */
  readonly #fields = new Map<string, string>();
  readonly #asked = new Map<string, { timestamp: number; answer: Promise<boolean> }>();

  /** Files of which an older version is shown; absolute. */
  get held(): string[] {
    return [...this.#held];
  }

  /** Does this change of a lab.ts make pages look different? Asked more than once of a change, the answer is the same. */
  isOtherOnPage(labFile: string, timestamp: number): Promise<boolean> {
    const asked = this.#asked.get(labFile);
    if (asked?.timestamp === timestamp) return asked.answer;
    const answer = this.#noteFields(labFile);
    this.#asked.set(labFile, { timestamp, answer });
    return answer;
  }

  /** Only its fields for answers are in pages. */
  async #noteFields(labFile: string): Promise<boolean> {
    const lab = await importLab(labFile).then(
      (now) => now.lab,
      () => undefined,
    );
    if (lab === undefined) return false;
    const fields = JSON.stringify(
      Object.entries(lab.tasks).map(([id, { answer }]) => [id, answer?.label, answer?.placeholder]),
    );
    const before = this.#fields.get(labFile);
    this.#fields.set(labFile, fields);
    return before !== fields;
  }

  /** What to show of a lesson.mdx or lab.ts. */
  async read(file: string): Promise<string> {
    const source = await readFile(file, 'utf8');
    if (await this.#isGood(file, source)) {
      this.#good.set(file, source);
      this.#held.delete(file);
      if (file.endsWith('.ts')) await this.#noteFields(file);
      return source;
    }
    this.#held.add(file);
    return this.#good.get(file) ?? (file.endsWith('.mdx') ? NO_PAGE : NO_LAB);
  }

  async #isGood(file: string, source: string): Promise<boolean> {
    if (file.endsWith('.mdx')) {
      const { page, faults } = parsePage(source, file);
      const missing = page?.imports.some(({ from }) => from.startsWith('.') && !existsSync(join(dirname(file), from)));
      return page !== undefined && faults.length === 0 && missing !== true;
    }
    return await importLab(file).then(
      () => true,
      () => false,
    );
  }
}

const NO_PAGE = '\nThis lesson cannot be shown yet: there is a mistake in it, and no earlier version to show.\n';
const NO_LAB = 'export default undefined;\n';

/** Gives the pages' server the last good version of what has a mistake in it. */
export function showLastGood(contentFolder: string, lastGood: LastGood): Plugin {
  const inContent = contentFolder.endsWith(sep) ? contentFolder : contentFolder + sep;
  return {
    name: 'show-last-good',
    enforce: 'pre',
    async load(id) {
      const [file = ''] = id.split('?');
      if (!file.startsWith(inContent) || !/\/(lesson\.mdx|lab\.ts)$/.test(file)) return undefined;
      return await lastGood.read(file);
    },
    /** A page that shows nothing of what changed in a lab stays open as it is. */
    async hotUpdate({ file, modules, timestamp }) {
      if (!file.startsWith(inContent) || !file.endsWith('/lab.ts') || (await lastGood.isOtherOnPage(file, timestamp)))
        return undefined;
      const { moduleGraph } = this.environment;
      for (const module of modules) moduleGraph.invalidateModule(module, new Set(), timestamp, true);
      return [];
    },
  };
}
