import { expect, test } from 'vitest';
import { allowedHost, sameOrigin } from '../../../sandbox-server/auth/origin.ts';

test.each([
  ['http://localhost:3000', 'localhost:3000', true],
  ['https://course.example', 'course.example', true],
  ['http://localhost:3000', 'LOCALHOST:3000', true],
  ['http://localhost:3001', 'localhost:3000', false],
  ['http://evil.example', 'localhost:3000', false],
  ['http://localhost.evil.example:3000', 'localhost:3000', false],
  ['http://evil.example/localhost:3000', 'localhost:3000', false],
  ['file://localhost:3000', 'localhost:3000', false],
  ['null', 'localhost:3000', false],
  [undefined, 'localhost:3000', false],
  ['http://localhost:3000', undefined, false],
])('a page of %s may talk to %s: %s', (origin, host, expected) => {
  expect(sameOrigin(origin, host)).toBe(expected);
});

test.each([
  ['localhost:3000', '127.0.0.1', true],
  ['127.0.0.1:3000', '127.0.0.1', true],
  ['127.1.2.3', 'localhost', true],
  ['[::1]:3000', '::1', true],
  ['rebound.example:3000', '127.0.0.1', false],
  ['localhost.evil.example', '127.0.0.1', false],
  ['127.0.0.1.evil.example', '127.0.0.1', false],
  [undefined, '127.0.0.1', false],
  ['course.example', '0.0.0.0', true],
  [undefined, '0.0.0.0', false],
])('a request for host %s to a server on %s: %s', (host, boundTo, expected) => {
  expect(allowedHost(host, boundTo)).toBe(expected);
});
