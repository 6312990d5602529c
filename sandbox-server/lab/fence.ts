import { nearest } from './nearest.ts';
import type { PageFault } from './page.ts';

/** Languages that readers take for something to type. */
const SHELLS = new Set(['sh', 'bash', 'shell', 'zsh', 'console', 'shellsession']);
const WORDS = ['run', 'fails'];

/** What the words behind a fence's ``` mean: `sh run fails machine=db`. */
export interface Fence {
  fails: boolean;
  machine: string | undefined;
}

/** Reads a fence; undefined when it is only shown. */
export function readFence(
  lang: string | null | undefined,
  meta: string | null | undefined,
  line: number,
  report: (fault: PageFault) => void,
): Fence | undefined {
  const words = (meta ?? '').split(/\s+/).filter((word) => word !== '');
  if (lang === null || lang === undefined || !SHELLS.has(lang)) {
    if (words.includes('run')) {
      report({
        line,
        message: `A \`${lang ?? ''}\` fence cannot be run.`,
        fix: 'Write ```sh run for commands to type.',
      });
    }
    return undefined;
  }
  if (lang !== 'sh' || !words.includes('run')) {
    report({
      line,
      message: `A \`${[lang, ...words].join(' ')}\` fence is never executed, so nobody knows that it works.`,
      fix: 'Write ```sh run (or ```sh run fails when it must fail) for commands, ```text for output.',
    });
    return undefined;
  }
  const fence: Fence = { fails: false, machine: undefined };
  for (const word of words) {
    if (word === 'fails') fence.fails = true;
    else if (word.startsWith('machine=')) fence.machine = word.slice('machine='.length);
    else if (word !== 'run') {
      const meant = nearest(word, [...WORDS, 'machine=']);
      report({
        line,
        message: `"${word}" means nothing on a run block.`,
        fix: meant ? `Write "${meant}" or leave it out.` : 'Leave it out; known are run, fails and machine=NAME.',
      });
    }
  }
  return fence;
}
