import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { thisHost } from '../sandbox-server/setup/host.ts';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The machine, as the setup sees it. Scripts are entries: this is their one look at the environment. */
export const host = thisHost(process.env);

/** Outside the checkout, so that another clone finds engine and images again. */
export function dataFolder(given: string | undefined): string {
  if (given !== undefined) return resolve(given);
  return join(host.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'drydock');
}

/** Options of the command line; a mistake ends the script with a sentence instead of a stack trace. */
export function options<const T extends ParseArgsOptionsConfig>(config: T) {
  return optionsAndWord(config, []).values;
}

/** The same, with one of these words before or after the options, or none. */
export function optionsAndWord<const T extends ParseArgsOptionsConfig, const W extends string>(
  config: T,
  words: readonly W[],
) {
  try {
    const { values, positionals } = parseArgs({ options: config, strict: true, allowPositionals: words.length > 0 });
    const [given, ...more] = positionals;
    const word = words.find((one) => one === given);
    if (given !== undefined && (word === undefined || more.length > 0))
      throw new Error(`It takes one of these words, or none: ${words.join(', ')}.`);
    return { values, word };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nThe options are listed by --help.`);
    process.exit(2);
  }
}

export function portNumber(given: string | undefined): number {
  if (given === undefined) return 7070;
  const port = Number(given);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  console.error(`“${given}” is not a port. --port takes a number from 1 to 65535, or 0 for any free one.`);
  process.exit(2);
}

const GIB = 1024 ** 3;

/** A number of at least `least`, a whole one unless `fraction`; undefined when it was not given. */
export function amount(
  option: string,
  given: string | undefined,
  { least, fraction = false }: { least: number; fraction?: boolean },
): number | undefined {
  if (given === undefined) return undefined;
  const number = Number(given);
  if (given.trim() !== '' && number >= least && number < 1e6 && (fraction || Number.isInteger(number))) return number;
  console.error(`“${given}” is no ${option}. It takes a ${fraction ? '' : 'whole '}number of at least ${least}.`);
  process.exit(2);
}

/** In GiB, as bytes. */
export function gibibytes(option: string, given: string | undefined, least = 0): number | undefined {
  const number = amount(option, given, { least, fraction: true });
  return number === undefined ? undefined : Math.round(number * GIB);
}

/** May software be installed? With --yes or in CI: yes. On a terminal: whoever sits there decides. Else: no. */
export function consent(yes: boolean): (question: string) => Promise<boolean> {
  if (yes || host.env['CI'] === 'true') return () => Promise.resolve(true);
  if (!process.stdin.isTTY || !process.stdout.isTTY) return () => Promise.resolve(false);
  return async (question) => {
    const prompt = createInterface({ input: process.stdin, output: process.stdout });
    try {
      const answer = await prompt.question(`  ${question} [Y/n] `);
      return /^(y|yes)?$/i.test(answer.trim());
    } finally {
      prompt.close();
    }
  };
}
