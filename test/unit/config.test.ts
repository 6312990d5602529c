import { expect, test } from 'vitest';
import { configFromEnvironment, defaultSessionLimits } from '../../sandbox-server/config.ts';

const GIB = 1024 ** 3;

test('there are as many places as fit into 80% of the memory, at least 1, at most 50', () => {
  expect(defaultSessionLimits(24 * GIB).maxSessions).toBe(19);
  expect(defaultSessionLimits(GIB / 2).maxSessions).toBe(1);
  expect(defaultSessionLimits(1024 * GIB).maxSessions).toBe(50);
});

test('the times are in order: idle before lifetime, extending within the longest', () => {
  const limits = defaultSessionLimits(GIB);
  expect(limits.idleMs).toBeLessThan(limits.lifetimeMs);
  expect(limits.lifetimeMs + limits.extendMs).toBeLessThanOrEqual(limits.maxLifetimeMs);
});

test('the environment sets the log level, and only that', () => {
  expect(configFromEnvironment({ DRYDOCK_LOG: 'debug', PATH: '/bin' })).toEqual({ logLevel: 'debug' });
  expect(configFromEnvironment({})).toEqual({});
  expect(configFromEnvironment({ DRYDOCK_LOG: '' })).toEqual({});
});

test('a log level that does not exist is refused, with those that do', () => {
  expect(() => configFromEnvironment({ DRYDOCK_LOG: 'loud' })).toThrow(/“loud”.*debug, info, warn, error or silent/);
});
