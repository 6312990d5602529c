import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CATALOGUE, DrydockError, toDrydockError, type ErrorCode } from '../../sandbox-server/errors.ts';

const codes = Object.keys(CATALOGUE) as ErrorCode[];

function sources(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'errors.ts')
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}

test('every code says what happened and what to do, in sentences, with a status of an error', () => {
  for (const code of codes) {
    const { status, message, fix } = CATALOGUE[code];
    expect(status, code).toBeGreaterThanOrEqual(400);
    expect(status, code).toBeLessThan(600);
    for (const sentence of [message, fix]) expect(sentence, code).toMatch(/^[A-Z].+\.$/);
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
  }
});

test('every code is used, and every code that is used is in the catalogue', () => {
  const text = sources(join(import.meta.dirname, '../../sandbox-server'));
  // `internal` is what anything unknown becomes, in errors.ts itself.
  expect(codes.filter((code) => code !== 'internal' && !text.includes(`'${code}'`))).toEqual([]);
  const used = [...text.matchAll(/new DrydockError\(\s*'([^']+)'/g)].map((match) => match[1]!);
  expect(used.length).toBeGreaterThan(10);
  expect(used.filter((code) => !(code in CATALOGUE))).toEqual([]);
});

test('an error shows its code, words and fix, and keeps its cause to itself', () => {
  const error = new DrydockError('image-missing', { cause: new Error('secret path') });
  expect(error.view()).toEqual({ code: 'image-missing', ...pick('image-missing') });
  expect(JSON.stringify(error.view())).not.toContain('secret');
  expect(error.status).toBe(503);
});

test('words of the moment replace those of the catalogue', () => {
  const error = new DrydockError('bad-request', { detail: 'No lesson named.', fix: 'Name one.' });
  expect(error.view()).toEqual({ code: 'bad-request', message: 'No lesson named.', fix: 'Name one.' });
});

test('an unknown error becomes internal, or what the place says, without its words', () => {
  const known = new DrydockError('not-ready');
  expect(toDrydockError(known)).toBe(known);
  expect(toDrydockError(new Error('/etc/passwd')).view()).toEqual({ code: 'internal', ...pick('internal') });
  expect(toDrydockError('text', 'start-failed').code).toBe('start-failed');
});

function pick(code: ErrorCode) {
  const { message, fix } = CATALOGUE[code];
  return { message, fix };
}
