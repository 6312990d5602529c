import { NotYet } from './not-yet.ts';

/**
 * `expect(value, 'the container’s state').toBe('running')`. A failed expectation throws NotYet with what was expected
 * and what was seen. `message` replaces the headline: one sentence in the learner's terms.
 */
export type Expect = <T>(value: T, what: string, message?: string) => Matchers;

export interface Matchers {
  toBe(expected: unknown): void;
  notToBe(expected: unknown): void;
  toEqual(expected: unknown): void;
  /** A string contains a part, or a list an item. */
  toContain(expected: unknown): void;
  notToContain(expected: unknown): void;
  toMatch(pattern: RegExp): void;
  notToMatch(pattern: RegExp): void;
  toBeAtLeast(limit: number): void;
  toBeAtMost(limit: number): void;
  toBeOneOf(values: readonly unknown[]): void;
  /** Not undefined, null, empty or -1. */
  toExist(what?: string): void;
  /** A position before another one; -1 (not found) fails on either side. */
  toComeBefore(position: number, whatComesAfter: string): void;
}

export const expect: Expect = (value, what, message) => {
  const fail = (expected: string, observed = show(value)): never => {
    throw new NotYet(message ?? `${upperFirst(what)}: expected ${expected}, saw ${observed}.`, {
      expected: `${what} ${expected}`,
      observed,
    });
  };
  return {
    toBe: (expected) => void (Object.is(value, expected) || fail(show(expected))),
    notToBe: (expected) => void (Object.is(value, expected) && fail(`anything but ${show(expected)}`)),
    toEqual: (expected) => void (JSON.stringify(value) === JSON.stringify(expected) || fail(show(expected))),
    toContain: (expected) => void (contains(value, expected) || fail(`something that contains ${show(expected)}`)),
    notToContain: (expected) => void (contains(value, expected) && fail(`nothing that contains ${show(expected)}`)),
    toMatch: (pattern) => void (pattern.test(String(value)) || fail(`something like ${pattern.source}`)),
    notToMatch: (pattern) => void (pattern.test(String(value)) && fail(`nothing like ${pattern.source}`)),
    toBeAtLeast: (limit) => void (Number(value) >= limit || fail(`at least ${limit}`)),
    toBeAtMost: (limit) => void (Number(value) <= limit || fail(`at most ${limit}`)),
    toBeOneOf: (values) => void (values.includes(value) || fail(`one of ${values.map(show).join(', ')}`)),
    toExist: () => void (isThere(value) || fail('to be there', 'nothing')),
    toComeBefore: (position, whatComesAfter) => {
      const own = Number(value);
      if (own < 0) fail(`to come before ${whatComesAfter}`, `no ${what}`);
      if (position < 0) fail(`to come before ${whatComesAfter}`, `no ${whatComesAfter}`);
      if (own >= position)
        fail(`to come before ${whatComesAfter}`, `it as step ${own + 1}, ${whatComesAfter} as step ${position + 1}`);
    },
  };
};

function show(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing';
  const text = typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function contains(value: unknown, expected: unknown): boolean {
  if (Array.isArray(value)) return value.includes(expected);
  return String(value).includes(String(expected));
}

function isThere(value: unknown): boolean {
  return (
    value !== undefined &&
    value !== null &&
    value !== '' &&
    value !== -1 &&
    !(Array.isArray(value) && value.length === 0)
  );
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
