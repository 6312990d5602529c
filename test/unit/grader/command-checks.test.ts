import { expect, test } from 'vitest';
import { execCheck } from '../../../sandbox-server/grader/exec-check.ts';
import { fileChecks } from '../../../sandbox-server/grader/file-checks.ts';
import { httpCheck } from '../../../sandbox-server/grader/http-check.ts';
import { NotYet } from '../../../sandbox-server/lab/not-yet.ts';
import { type FakeBackend, replying, runOn } from './fake-backend.ts';
import { NEVER } from './fake-engine.ts';

const curl = (exitcode: number, http_code = 0, headers: object = {}, errormsg: string | null = null) =>
  `${JSON.stringify({ exitcode, http_code, errormsg, url: 'x' })}\n${JSON.stringify(headers)}\n`;
const http = (backend: FakeBackend) => httpCheck(runOn(backend), NEVER);

test('http asks with curl, whatever the learner configured, and gives status, headers and body', async () => {
  const backend = replying('hello', 0, curl(0, 404, { 'Content-Type': ['text/plain'], 'x-a': ['1', '2'] }));
  const answer = await http(backend)('http://localhost:8080/', { headers: { Accept: 'a' }, method: 'PUT', body: 'b' });
  expect(answer).toEqual({ status: 404, headers: { 'content-type': 'text/plain', 'x-a': '1, 2' }, body: 'hello' });
  const [{ command }] = backend.started as [(typeof backend.started)[0]];
  expect(command.slice(0, 2)).toEqual(['/usr/bin/curl', '-q']);
  expect(command).toEqual(
    expect.arrayContaining(['--max-time', '3', '--request', 'PUT', '--header', 'Accept: a', '--data-binary']),
  );
});

test.each([
  [7, 'Could not connect to server', 'Nothing answers on http://localhost:8080: connection refused.'],
  [6, '', 'Nothing is called localhost, so http://localhost:8080 does not answer.'],
  [28, '', 'http://localhost:8080 does not answer within 3 s.'],
  [
    52,
    '',
    'http://localhost:8080 takes the connection and drops it without an answer: nothing listens behind the port.',
  ],
])('curl’s failure %i is "not yet" in words', async (code, message, words) => {
  const asked = http(replying('', code, curl(code, 0, {}, message)))('http://localhost:8080');
  await expect(asked).rejects.toSatisfy((error) => error instanceof NotYet && error.message === words);
});

test('a curl that does not report is our fault', async () => {
  await expect(http(replying('', 127, 'sh: curl: not found'))('http://x')).rejects.not.toBeInstanceOf(NotYet);
});

test('files are read from the home folder, and what cannot be read says why', async () => {
  const files = (backend: FakeBackend) => fileChecks(runOn(backend), NEVER);
  const good = replying('FROM x');
  expect(await files(good).read('shop/Dockerfile')).toBe('FROM x');
  expect(good.started[0]!.command.at(-1)).toBe('/home/learner/shop/Dockerfile');
  const none = replying('', 1, "/usr/bin/head: cannot open '/home/learner/a' for reading: No such file or directory\n");
  await expect(files(none).read('a')).rejects.toThrow('There is no file ~/a.');
  await expect(files(replying('', 124)).read('/pipe')).rejects.toThrow('/pipe cannot be read: it never ends.');
  expect(await files(replying('', 1)).exists('a')).toBe(false);
  expect(await files(replying('', 0)).exists('a')).toBe(true);
  await expect(files(replying('', 125)).exists('a')).rejects.not.toBeInstanceOf(NotYet);
});

test('commands run in a clean environment; one that does not end is "not yet"', async () => {
  const backend = replying('out', 3, 'err');
  expect(await execCheck(runOn(backend), NEVER)('echo $X')).toEqual({
    exitCode: 3,
    stdout: 'out',
    stderr: 'err',
  });
  const { command } = backend.started[0]!;
  expect(command.slice(0, 2)).toEqual(['/usr/bin/env', '-i']);
  expect(command.slice(-5)).toEqual(['/bin/bash', '--noprofile', '--norc', '-c', 'echo $X']);
  expect(command.filter((part) => part.startsWith('PATH='))).toEqual(['PATH=/usr/local/bin:/usr/bin:/bin']);
  const slow = execCheck(runOn(replying('', 124)), NEVER)(['sleep', '9']);
  await expect(slow).rejects.toSatisfy(
    (error) => error instanceof NotYet && error.message === '`sleep 9` does not end within 5 s.',
  );
});
