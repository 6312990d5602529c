import { expect, test } from 'vitest';
import { execToEnd } from '../../../sandbox-server/backend/exec-to-end.ts';
import { FakeBackend, replying, SANDBOX } from '../grader/fake-backend.ts';

test('a command gives its output, errors and code', async () => {
  const result = await execToEnd(replying('out', 3, 'err'), SANDBOX, 'host', ['x']);
  expect({ ...result, stdout: String(result.stdout), stderr: String(result.stderr) }).toEqual({
    exitCode: 3,
    stdout: 'out',
    stderr: 'err',
    truncated: false,
  });
});

test('input reaches the command and ends', async () => {
  const backend = new FakeBackend(({ stdin, stdout, exit }) => {
    stdin.on('data', (chunk: Buffer) => stdout.write(String(chunk).toUpperCase()));
    stdin.on('end', () => exit(0));
  });
  const { stdout } = await execToEnd(backend, SANDBOX, 'host', ['x'], { input: 'abc' });
  expect(String(stdout)).toBe('ABC');
});

test('more output than allowed is cut off and said to be', async () => {
  const result = await execToEnd(replying('0123456789'), SANDBOX, 'host', ['x'], { maxBytes: 4 });
  expect(String(result.stdout)).toBe('0123');
  expect(result.truncated).toBe(true);
});

test('aborting ends the command and rejects with the reason', async () => {
  const backend = new FakeBackend(() => undefined);
  const running = execToEnd(backend, SANDBOX, 'host', ['sleep'], { signal: AbortSignal.timeout(20) });
  await expect(running).rejects.toThrow(/timeout/i);
  expect(backend.running).toBe(0);
});
