import { expect, test } from 'vitest';
import { configFromEnvironment, defaultSessionLimits } from '../../sandbox-server/config.ts';

test('the times are in order: idle before lifetime, extending within the longest', () => {
  const limits = defaultSessionLimits();
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
