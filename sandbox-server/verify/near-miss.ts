import { setTimeout as sleep } from 'node:timers/promises';
import type { Verdict } from '../grader/verdict.ts';
import type { NearMiss } from '../lab/lab.ts';
import { VerifyFailure } from './failure.ts';
import { describeVerdict } from './follow-page.ts';
import type { LabRun } from './lab-run.ts';

/** A mistake must not become right a little later. */
const STILL_MS = 400;

/** Makes the mistake and sees it turned down for the stated reason. */
export async function tryNearMiss(
  run: LabRun,
  task: string,
  miss: NearMiss,
  where: { place: string; number: number },
): Promise<void> {
  const answer = miss.answer === undefined ? undefined : await run.workOut(miss.answer);
  const typed = [miss.run, answer === undefined ? undefined : `answer: ${answer}`].filter(Boolean).join('\n');
  const fail = (saw: string): never => {
    const expected = `not yet, saying ${miss.says instanceof RegExp ? String(miss.says) : `“${miss.says}”`}`;
    throw new VerifyFailure({ place: where.place, task, stage: `near miss ${where.number}`, typed, expected, saw });
  };
  const output = miss.run === undefined ? '' : (await run.type(miss.run)).output;
  const isTurnedDown = (verdict: Verdict) => verdict.kind === 'pass' || says(verdict, miss.says);
  const first = await run.checkUntil(isTurnedDown, task, answer);
  const printed = output === '' ? '' : `\non the terminal:\n${output.slice(-800)}`;
  if (!says(first, miss.says)) fail(describeVerdict(first) + printed);
  if (miss.run === undefined) return;
  await sleep(STILL_MS);
  const second = await run.check(task, answer);
  if (second.kind !== 'notYet') fail(`a moment later: ${describeVerdict(second)}${printed}`);
}

function says(verdict: Verdict, wanted: string | RegExp): boolean {
  if (verdict.kind !== 'notYet') return false;
  const { message, expected, observed } = verdict.view;
  return [message, expected, observed].some((text) => {
    if (text === undefined) return false;
    return typeof wanted === 'string'
      ? text.includes(wanted)
      : new RegExp(wanted.source, wanted.flags.replace(/[gy]/g, '')).test(text);
  });
}
