import { expect, test } from 'vitest';
import { whenJoined } from '../../../sandbox-server/terminal/join-shell.ts';
import { fakeExec } from '../../support/fake-exec.ts';
import { settle } from '../../support/manual-clock.ts';

test('what the holder prints when it joins is left out, also when it comes in pieces', async () => {
  const exec = fakeExec();
  const joined = whenJoined(exec);
  exec.inside.write('noise\x1b[H');
  await settle();
  exec.inside.write('\x1b[Jprompt');
  await joined;
  let text = '';
  exec.stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  exec.stream.resume();
  exec.inside.write('$ ');
  await settle();
  expect(text).toBe('prompt$ ');
});

test('a shell that ends at once does not keep anybody waiting', async () => {
  const exec = fakeExec();
  const joined = whenJoined(exec);
  exec.inside.write('no such file');
  exec.end(127);
  await joined;
  expect(await exec.exit).toBe(127);
});
