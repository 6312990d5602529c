import type { z } from 'zod';
import { labFields, NotALab } from './lab-schema.ts';
import { didYouMean } from './nearest.ts';
import type { PageFault } from './page.ts';

/** What keeps a lab.ts from loading, each fault with its line where the source or the error tells it. */
export function whyNotLoaded(error: unknown, source: string, labFile: string): PageFault[] {
  if (error instanceof NotALab) return error.issues.flatMap((issue) => shapeFaults(issue, source));
  const reason = error instanceof Error ? error.message : String(error);
  const missing = /^Cannot find (?:module|package) '(.+?)' imported from/.exec(reason)?.[1];
  if (missing !== undefined) {
    const name = missing.split('/').at(-1) ?? missing;
    return [
      {
        line: lineOf(source, name),
        message: `The lab imports ${name}, which is not there.`,
        fix: 'Create the file, or correct the import. What labs need is imported from "#lab".',
      },
    ];
  }
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const at = stack.split(labFile).slice(1).join(labFile);
  const line = /^(?:\?[\d.]+)?:(\d+)/.exec(at)?.[1];
  const isSyntax = error instanceof SyntaxError;
  const noExport = /does not provide an export named '(.+)'/.exec(reason)?.[1];
  return [
    {
      line: line === undefined ? undefined : Number(line),
      message: `The lab does not load: ${reason.split('\n')[0]}`,
      fix:
        noExport !== undefined
          ? `Import what is there: "#lab" has ${OF_LAB.join(', ')}.${didYouMean(noExport, OF_LAB)}`
          : isSyntax
            ? 'Look for a comma, bracket or quote too many or too few, in this line or the one before.'
            : 'Mend this line: it runs when the lab is loaded, before there is a sandbox. Checks run later.',
    },
  ];
}

function shapeFaults(issue: z.core.$ZodIssue, source: string): PageFault[] {
  const path = issue.path.map(String);
  const where = path.join('.') || 'the lab';
  if (issue.code === 'unrecognized_keys') {
    const known = labFields(path);
    return issue.keys.map((key) => ({
      line: lineOfPath(source, [...path, key]),
      message: `${where} has no option "${key}".`,
      fix: `There are ${known.join(', ')}.${didYouMean(key, known)}`,
    }));
  }
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const last = path.at(-1) ?? '';
  const field = path.slice(0, -1).join('.') || 'The lab';
  const required =
    isMissing || (issue.code === 'invalid_union' && lineOfPath(source, path) === lineOfPath(source, path.slice(0, -1)));
  return [
    required
      ? {
          line: lineOfPath(source, path),
          message: `${field} has no ${last}, or one of another type.`,
          fix: FIXES[last] ?? `Add ${last}: … to it.`,
        }
      : {
          line: lineOfPath(source, path),
          message: `${where}: ${issue.message}.`,
          fix: FIXES[last] ?? 'Correct it; the guide on writing lessons describes the options.',
        },
  ];
}

/** What `#lab` has besides types. */
const OF_LAB = ['defineLab', 'expect', 'NotYet'];

/** What a field is for, in words that can be typed. */
const FIXES: Record<string, string> = {
  check: 'Add check: async ({ docker, expect }) => { … }, or a shell line.',
  says: 'Add says: the words, or a /pattern/, that the learner must be told.',
  label: 'Add label: what the field asks for, such as "Exit code".',
  solve: 'Add solve: a function that works the right answer out.',
  nearMisses: 'Add nearMisses: [{ run: "…", says: "…" }, …], mistakes that people make.',
  tasks: 'Add tasks: { … }, one for each <Task> of the page.',
  sandbox: 'Add sandbox: {}, or what it has: images, files, setup.',
};

/** Follows the names of the path through the text, as far as they are there. */
function lineOfPath(source: string, path: readonly string[]): number | undefined {
  let at = 0;
  for (const name of path) {
    const found = /^\d+$/.test(name)
      ? nthBrace(source, at, Number(name))
      : source.slice(at).search(new RegExp(`(?<![\\w'"-])['"]?${name.replace(/[^\w-]/g, '\\$&')}['"]?\\s*[:(,]`));
    if (found < 0) break;
    at += found + 1;
  }
  return at === 0 ? undefined : source.slice(0, at + 1).split('\n').length;
}

/** Where the object of this number begins, in a list of objects that hold no others. */
function nthBrace(source: string, from: number, number: number): number {
  let at = source.indexOf('[', from);
  for (let seen = 0; at >= 0 && seen <= number; seen++) at = source.indexOf('{', at + 1);
  return at < 0 ? -1 : at - from;
}

/** The line that imports something of this name. */
function lineOf(source: string, name: string): number | undefined {
  const index = source.split('\n').findIndex((text) => text.includes('import') && text.includes(name));
  return index < 0 ? undefined : index + 1;
}
