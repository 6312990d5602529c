import { expect, test } from 'vitest';
import { PromptTracker } from '../../../../../../src/client/workspace/terminal/prompt-tracker.ts';

const never = new AbortController().signal;

test('follows the marks of a shell', () => {
  const tracker = new PromptTracker();
  expect(tracker.state).toBe('unknown');
  for (const [mark, state] of [
    ['A', 'prompt'],
    ['B', 'prompt'],
    ['C', 'running'],
    ['D;1', 'running'],
    ['A', 'prompt'],
  ] as const) {
    tracker.mark(mark);
    expect(tracker.state).toBe(state);
  }
});

test('a wait ends with the prompt', async () => {
  const tracker = new PromptTracker();
  tracker.mark('C');
  const waiting = tracker.waitForPrompt(60_000, never);
  tracker.mark('D;0');
  tracker.mark('A');
  await expect(waiting).resolves.toBe('prompt');
});

test('a wait ends with what is known when time is over or it is called off', async () => {
  const tracker = new PromptTracker();
  await expect(tracker.waitForPrompt(5, never)).resolves.toBe('unknown');
  tracker.mark('C');
  const callOff = new AbortController();
  const waiting = tracker.waitForPrompt(60_000, callOff.signal);
  callOff.abort();
  await expect(waiting).resolves.toBe('running');
});

test('knows that a line was begun, until the next prompt', () => {
  const tracker = new PromptTracker();
  tracker.userTyped('l');
  expect(tracker.lineStarted).toBe(false);
  tracker.mark('A');
  expect(tracker.lineStarted).toBe(false);
  tracker.userTyped('l');
  expect(tracker.lineStarted).toBe(true);
  tracker.mark('C');
  expect(tracker.lineStarted).toBe(false);
});

test('a prompt that is drawn again keeps the line that was begun', () => {
  const tracker = new PromptTracker();
  tracker.mark('A');
  tracker.mark('B');
  tracker.userTyped('l');
  tracker.mark('A');
  tracker.mark('B');
  expect(tracker.lineStarted).toBe(true);
});

test('after sending a command there is no prompt until the shell marks one', () => {
  const tracker = new PromptTracker();
  tracker.commandSent();
  expect(tracker.state).toBe('unknown');
  tracker.mark('B');
  tracker.commandSent();
  expect(tracker.state).toBe('running');
});

test('Enter at a prompt starts a command before the shell says so; a pasted line end does not', () => {
  const tracker = new PromptTracker();
  tracker.mark('B');
  tracker.userTyped('\x1b[200~one\rtwo\x1b[201~');
  expect(tracker.state).toBe('prompt');
  tracker.userTyped('\r');
  expect(tracker.state).toBe('running');
});

test('Enter on an empty line is over with the next prompt', () => {
  const tracker = new PromptTracker();
  tracker.mark('B');
  tracker.userTyped('\r');
  tracker.mark('A');
  expect(tracker.state).toBe('prompt');
  expect(tracker.lineStarted).toBe(false);
});
