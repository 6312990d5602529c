import { setTimeout as sleep } from 'node:timers/promises';
import type { TerminalSocket } from '../support/terminal-socket.ts';

/** A key that is not echoed within this long counts as this much. */
const GIVEN_UP_MS = 10_000;
const PAUSE_MS = 20;
const BACKSPACE = '\x7f';

export interface Latency {
  keys: number;
  p50: number;
  p99: number;
  max: number;
}

/** Types at a prompt, one key after the other, and measures how long each one's echo takes. */
export async function watchEcho(terminal: TerminalSocket, until: AbortSignal): Promise<Latency> {
  const took: number[] = [];
  for (let key = 'x'; !until.aborted || key !== 'x'; key = key === 'x' ? BACKSPACE : 'x') {
    took.push(await echoOf(terminal, key));
    await sleep(PAUSE_MS);
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  return { keys: took.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

async function echoOf(terminal: TerminalSocket, key: string): Promise<number> {
  const begun = performance.now();
  const echoed = new Promise<void>((resolve) => {
    const done = (_data: unknown, isBinary: boolean) => {
      if (!isBinary) return;
      clearTimeout(timer);
      terminal.socket.off('message', done);
      resolve();
    };
    const timer = setTimeout(() => done(undefined, true), GIVEN_UP_MS);
    terminal.socket.on('message', done);
  });
  terminal.type(key);
  await echoed;
  return performance.now() - begun;
}

export const inWords = ({ p99, max }: Latency) =>
  `the neighbour’s echo: p99 ${Math.round(p99)} ms, at most ${Math.round(max)} ms`;
