import { parseArgs } from 'node:util';

export const HELP = `npm run verify -- [module or lesson…] [options]

Solves every lab as a learner would: in a fresh sandbox every check says "not yet", then everything that the page tells
to type is typed into a terminal and each task becomes done, and every near miss is turned down for the stated reason.

  images            all lessons of a module
  images/3          a lesson by its number, or by its name: layers-and-the-cache

  --json            the last line is the result as JSON
  --repeat <n>      do all of it so many times, to find what fails only sometimes
  --watch           does it again whenever a file of the lessons, or one that lessons share, changes; Ctrl-C ends it
  --pages           only what the pages tell to type: no mistakes, no further solutions
  --no-snapshots    follow the page from its top in every sandbox; else those for mistakes and further solutions begin
                    with a copy of the disks of the one that follows the page, where nothing is lost by it
  --clusters <which> only: the lessons that need a Kubernetes cluster; none: the others. Default all; those that need one are
                    left out where none can be made, unless they were named or CI=true
  --jobs <n>        so many sandboxes at once; default from cores and memory
  --data <folder>   as for npm start
  --yes             install what is missing (a container engine) without asking
  --help            this text`;

const CLUSTERS = ['all', 'only', 'none'] as const;

export interface CommandLine {
  /** Modules and lessons; empty for all. */
  words: string[];
  json: boolean;
  repeat: number;
  /** Again at every change. */
  watch: boolean;
  /** Undefined: as many as the machine allows. */
  jobs: number | undefined;
  /** Neither mistakes nor further solutions. */
  pagesOnly: boolean;
  snapshots: boolean;
  /** Of the lessons that need a Kubernetes cluster. */
  clusters: (typeof CLUSTERS)[number];
  data: string | undefined;
  yes: boolean;
  help: boolean;
}

/** Something that cannot be meant. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
}

export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  return {
    words: positionals,
    json: values.json,
    repeat: wholeNumber('--repeat', values.repeat) ?? 1,
    watch: values.watch,
    jobs: wholeNumber('--jobs', values.jobs),
    pagesOnly: values.pages,
    snapshots: !values['no-snapshots'],
    clusters: oneOf('--clusters', CLUSTERS, values.clusters),
    data: values.data,
    yes: values.yes,
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        repeat: { type: 'string' },
        watch: { type: 'boolean', default: false },
        jobs: { type: 'string' },
        pages: { type: 'boolean', default: false },
        'no-snapshots': { type: 'boolean', default: false },
        clusters: { type: 'string', default: 'all' },
        data: { type: 'string' },
        yes: { type: 'boolean', short: 'y', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new CommandLineError(error instanceof Error ? error.message : String(error));
  }
}

function oneOf<const T extends string>(name: string, words: readonly T[], text: string): T {
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  throw new CommandLineError(`${name} takes one of these words, not “${text}”: ${words.join(', ')}.`);
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new CommandLineError(`${name} takes a whole number from 1, not “${text}”.`);
}
