import { expect, test } from 'vitest';
import { attachShell } from '../../../sandbox-server/terminal/held-shell.ts';
import { fakeExec } from '../../support/fake-exec.ts';
import { holderHello } from '../../support/holder-hello.ts';
import { settle } from '../../support/manual-clock.ts';

async function attached(from = 0) {
  const exec = fakeExec();
  const sent: Buffer[] = [];
  exec.inside.on('data', (chunk: Buffer) => sent.push(chunk));
  const shell = attachShell(exec, from);
  return { exec, shell, frames: () => framesOf(Buffer.concat(sent)) };
}

function framesOf(bytes: Buffer): { type: string; payload: Buffer }[] {
  const found = [];
  for (let at = 0; at < bytes.length; at += 5 + bytes.readUInt32BE(at + 1)) {
    found.push({
      type: bytes.toString('latin1', at, at + 1),
      payload: bytes.subarray(at + 5, at + 5 + bytes.readUInt32BE(at + 1)),
    });
  }
  return found;
}

test('attaches from an offset; what follows the greeting is output, also when both come in pieces', async () => {
  const { exec, shell, frames } = await attached(300);
  const bytes = Buffer.concat([holderHello('00000000000000aa', 300, 310), Buffer.from('output')]);
  exec.inside.write(bytes.subarray(0, 7));
  await settle();
  exec.inside.write(bytes.subarray(7));
  const { stream, epoch, offset, newest } = await shell;
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await settle();
  expect({ epoch, offset, newest, text }).toEqual({
    epoch: '00000000000000aa',
    offset: 300,
    newest: 310,
    text: 'output',
  });
  expect(frames()[0]).toEqual({ type: 'A', payload: Buffer.from([0, 0, 0, 0, 0, 0, 1, 44]) });
});

test('typing and sizes go in frames, a large paste in several', async () => {
  const { exec, shell, frames } = await attached();
  exec.inside.write(holderHello());
  const { stream, resize } = await shell;
  const paste = Buffer.alloc(150_000, 'p');
  stream.write(paste);
  await resize({ cols: 300, rows: 40 });
  await settle(20);
  const [, ...sent] = frames();
  expect(sent.map(({ type, payload }) => [type, payload.length])).toEqual([
    ['I', 65_536],
    ['I', 65_536],
    ['I', 18_928],
    ['R', 4],
  ]);
  expect(sent.at(-1)?.payload).toEqual(Buffer.from([1, 44, 0, 40]));
});

test('a holder that ends instead of greeting is an error that says so', async () => {
  const { exec, shell } = await attached();
  exec.end(126);
  await expect(shell).rejects.toThrow('the PTY holder ended with 126');
});

test('an end of the connection is told from an end of the shell', async () => {
  for (const [code, told] of [
    [255, null],
    [254, 254],
    [0, 0],
  ] as const) {
    const { exec, shell } = await attached();
    exec.inside.write(holderHello());
    const { exit } = await shell;
    exec.end(code);
    expect(await exit).toBe(told);
  }
});
