import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CLOSE } from '../../../sandbox-server/protocol/close-codes.ts';
import {
  HIGH_WATER_BYTES,
  INPUT_FRAME_BYTES,
  INPUT_WINDOW_BYTES,
  KEPT_BYTES,
  LOW_WATER_BYTES,
} from '../../../sandbox-server/protocol/terminal.ts';
import { Terminal } from '../../../sandbox-server/terminal/terminal.ts';
import type { Viewer } from '../../../sandbox-server/terminal/viewer.ts';
import { fakeShell, type FakeShell } from '../../support/fake-exec.ts';
import { settle } from '../../support/manual-clock.ts';
import { RecordingSink } from '../../support/recording-sink.ts';

interface Setup {
  terminal: Terminal;
  execs: FakeShell[];
  exec: FakeShell;
  commandEnds: (number | null)[];
  inputs: { count: number };
  exits: number[];
}

async function opened(options: { resize?: () => Promise<void> } = {}): Promise<Setup> {
  const execs: FakeShell[] = [];
  const commandEnds: (number | null)[] = [];
  const exits: number[] = [];
  const inputs = { count: 0 };
  const terminal = new Terminal({
    open: (from) => {
      const exec = fakeShell({ ...options, offset: from });
      execs.push(exec);
      return Promise.resolve(exec);
    },
    onCommandEnd: (code) => commandEnds.push(code),
    onInput: () => inputs.count++,
    onExit: (code) => exits.push(code),
  });
  await terminal.open();
  return { terminal, execs, exec: execs[0]!, commandEnds, inputs, exits };
}

async function prints(exec: FakeShell, data: string | Buffer): Promise<void> {
  exec.inside.write(data);
  await settle();
}

/** Prints until the terminal stops reading; gives how much it took. */
async function floods(setup: Setup, viewer: RecordingSink, bytes: number): Promise<void> {
  const chunk = Buffer.alloc(32 * 1024, 'y');
  for (let at = 0; at < bytes; at += chunk.length) {
    setup.exec.inside.write(chunk);
    await settle(2);
    const { received } = viewer;
    void received;
  }
}

test('what the shell prints reaches everybody who looks, and what they type reaches the shell', async () => {
  const { terminal, exec, inputs } = await opened();
  const a = new RecordingSink();
  const b = new RecordingSink();
  const viewer = terminal.attach(a);
  terminal.attach(b);
  await prints(exec, 'learner@host:~$ ');
  expect([a.text, b.text]).toEqual(['learner@host:~$ ', 'learner@host:~$ ']);
  terminal.input(viewer, Buffer.from('ls\r'));
  await settle();
  expect(String(exec.inside.read())).toBe('ls\r');
  expect(inputs.count).toBe(1);
});

test('opening twice opens one shell; a failed opening can be tried again', async () => {
  const { terminal, execs } = await opened();
  await Promise.all([terminal.open(), terminal.open()]);
  expect(execs.length).toBe(1);

  let attempts = 0;
  const flaky = new Terminal({
    open: () => (++attempts === 1 ? Promise.reject(new Error('busy')) : Promise.resolve(fakeShell())),
    onCommandEnd: () => undefined,
    onInput: () => undefined,
    onExit: () => undefined,
  });
  await expect(flaky.open()).rejects.toThrow('busy');
  await flaky.open();
  expect(attempts).toBe(2);
});

test('who comes first gets what was printed before, marked as replayed', async () => {
  const { terminal, exec } = await opened();
  await prints(exec, 'motd\r\n$ ');
  const sink = new RecordingSink();
  terminal.attach(sink);
  expect(sink.hellos).toMatchObject([{ epoch: terminal.epoch, offset: 0, liveFrom: 8, missed: 0, resumed: false }]);
  expect(sink.text).toBe('motd\r\n$ ');
});

test('who returns with an offset gets the rest: nothing twice, nothing missing', async () => {
  const { terminal, exec } = await opened();
  const first = new RecordingSink();
  const viewer = terminal.attach(first);
  await prints(exec, 'one two ');
  terminal.detach(viewer);
  await prints(exec, 'three ');
  const second = new RecordingSink();
  terminal.attach(second, { resume: { epoch: terminal.epoch, offset: 8 } });
  await prints(exec, 'four');
  expect(second.hellos).toMatchObject([{ offset: 8, liveFrom: 14, missed: 0, resumed: true }]);
  expect(first.text + second.text).toBe('one two three four');
});

test('an offset of another epoch is not resumed: the page starts afresh', async () => {
  const { terminal, exec } = await opened();
  await prints(exec, 'abc');
  const sink = new RecordingSink();
  terminal.attach(sink, { resume: { epoch: 'another', offset: 2 } });
  expect(sink.messages).toMatchObject([{ type: 'hello', offset: 0, missed: 0, resumed: false }]);
  expect(sink.text).toBe('abc');
});

test('after a restart of the server a page goes on at its offset, though the log has yet to reach it', async () => {
  const { terminal, exec } = await opened();
  const sink = new RecordingSink();
  terminal.attach(sink, { resume: { epoch: 'epoch1', offset: 6 } });
  expect(sink.messages).toMatchObject([{ type: 'hello', offset: 6, missed: 0, resumed: true }]);
  await prints(exec, 'before');
  expect(sink.text).toBe('');
  await prints(exec, ' after');
  expect(sink.text).toBe(' after');
});

test('a shell that has forgotten its oldest output begins where it still remembers', async () => {
  const terminal = new Terminal({
    open: () => Promise.resolve(fakeShell({ offset: 1_000, newest: 1_000 })),
    onCommandEnd: () => undefined,
    onInput: () => undefined,
    onExit: () => undefined,
  });
  await terminal.open();
  const sink = new RecordingSink();
  terminal.attach(sink, { resume: { epoch: 'epoch1', offset: 400 } });
  expect(sink.messages).toMatchObject([{ offset: 1_000, missed: 600, resumed: true }]);
});

test('who comes back too late is told how much is gone and gets what is kept', async () => {
  const setup = await opened();
  const sink = new RecordingSink();
  const viewer = setup.terminal.attach(sink);
  await prints(setup.exec, 'old');
  setup.terminal.detach(viewer);
  await floods(setup, sink, KEPT_BYTES * 2);
  const late = new RecordingSink();
  setup.terminal.attach(late, { resume: { epoch: setup.terminal.epoch, offset: 3 } });
  const [hello] = late.hellos;
  expect(hello!.resumed).toBe(true);
  expect(hello!.missed).toBe(hello!.offset - 3);
  expect(hello!.missed).toBeGreaterThan(KEPT_BYTES / 2);
  expect(late.received.length).toBe(HIGH_WATER_BYTES);
});

test('reading stops when the only viewer lags, and goes on when it has caught up', async () => {
  const setup = await opened();
  const sink = new RecordingSink();
  const viewer = setup.terminal.attach(sink);
  await floods(setup, sink, HIGH_WATER_BYTES * 2);
  const { stream } = setup.exec;
  expect(stream.isPaused()).toBe(true);
  const got = sink.received.length;
  expect(got).toBeLessThanOrEqual(HIGH_WATER_BYTES);

  setup.terminal.ack(viewer, got - LOW_WATER_BYTES - 64 * 1024);
  expect(stream.isPaused()).toBe(true);
  setup.terminal.ack(viewer, got);
  await settle();
  expect(sink.received.length).toBeGreaterThan(got);
});

test('nothing is sent twice or left out when acknowledgements come piece by piece', async () => {
  const setup = await opened();
  const sink = new RecordingSink();
  const viewer = setup.terminal.attach(sink);
  const total = 3 * 1024 * 1024;
  const source = Buffer.from(Array.from({ length: total }, (_, i) => (i * 31 + (i >> 8)) % 256));
  const chunks = Array.from({ length: total / 8192 }, (_, i) => source.subarray(i * 8192, (i + 1) * 8192));
  Readable.from(chunks).pipe(setup.exec.inside, { end: false });
  for (let turn = 0; turn < 2000 && sink.received.length < total; turn++) {
    await settle(1);
    setup.terminal.ack(viewer, Math.max(0, sink.received.length - (turn % 3) * 1000));
  }
  expect(sink.received.length).toBe(total);
  expect(sink.received.equals(source)).toBe(true);
  expect(Math.max(...sink.frames)).toBeLessThanOrEqual(64 * 1024);
});

test('a stalled viewer holds nobody up, costs a bounded amount, and is told what it missed', async () => {
  const setup = await opened();
  const fast = new RecordingSink();
  const stalled = new RecordingSink();
  const fastViewer = setup.terminal.attach(fast);
  const stalledViewer = setup.terminal.attach(stalled);
  const chunk = Buffer.alloc(32 * 1024, 'y');
  const total = 8 * KEPT_BYTES;
  for (let at = 0; at < total; at += chunk.length) {
    setup.exec.inside.write(chunk);
    await settle(2);
    setup.terminal.ack(fastViewer, fast.received.length);
  }
  await settle();
  expect(fast.received.length).toBe(total);
  expect(stalled.received.length).toBeLessThanOrEqual(HIGH_WATER_BYTES);

  const before = stalled.received.length;
  setup.terminal.ack(stalledViewer, before);
  const last = stalled.hellos.at(-1)!;
  expect(last).toMatchObject({ resumed: true, missed: last.offset - before });
  expect(last.missed).toBeGreaterThan(0);
  expect(stalled.received.length - before).toBeLessThanOrEqual(HIGH_WATER_BYTES);
});

test('an acknowledgement of bytes that were never sent buys nothing', async () => {
  const setup = await opened();
  const sink = new RecordingSink();
  const viewer = setup.terminal.attach(sink);
  await prints(setup.exec, 'abc');
  setup.terminal.ack(viewer, Number.MAX_SAFE_INTEGER);
  setup.terminal.ack(viewer, Number.NaN);
  await floods(setup, sink, HIGH_WATER_BYTES * 2);
  expect(setup.exec.stream.isPaused()).toBe(true);
  expect(sink.received.length).toBeLessThanOrEqual(HIGH_WATER_BYTES + 3);
});

test('without viewers the stream runs on, and the last viewer that leaves lets it run', async () => {
  const setup = await opened();
  const sink = new RecordingSink();
  const viewer = setup.terminal.attach(sink);
  await floods(setup, sink, HIGH_WATER_BYTES * 2);
  expect(setup.exec.stream.isPaused()).toBe(true);
  setup.terminal.detach(viewer);
  expect(setup.exec.stream.isPaused()).toBe(false);
});

test('a read-only viewer sees, but neither types nor sizes', async () => {
  const { terminal, exec, inputs } = await opened();
  const sink = new RecordingSink();
  const viewer = terminal.attach(sink, { readOnly: true });
  expect(sink.hellos[0]!.readOnly).toBe(true);
  terminal.input(viewer, Buffer.from('rm -rf ~\r'));
  terminal.resize(viewer, 10, 10);
  await prints(exec, 'seen');
  expect(sink.text).toBe('seen');
  expect(exec.inside.read()).toBeNull();
  expect(inputs.count).toBe(0);
  expect(terminal.size).toEqual({ cols: 80, rows: 24 });
});

test('the size is the smallest of all that may type; everybody is told; it grows again when the smallest leaves', async () => {
  const { terminal, exec } = await opened();
  const a = new RecordingSink();
  const b = new RecordingSink();
  const wide = terminal.attach(a);
  const tall = terminal.attach(b);
  terminal.resize(wide, 120, 30);
  terminal.resize(tall, 90, 50);
  expect(terminal.size).toEqual({ cols: 90, rows: 30 });
  expect(b.sizes.at(-1)).toEqual({ cols: 90, rows: 30 });
  terminal.detach(tall);
  await settle();
  expect(a.sizes.at(-1)).toEqual({ cols: 120, rows: 30 });
  await expect.poll(() => exec.sizes.at(-1)).toEqual({ cols: 120, rows: 30 });
});

test('a hidden page does not count for the size while another one is looked at', async () => {
  const { terminal } = await opened();
  const [laptop, phone] = [new RecordingSink(), new RecordingSink()].map((sink) => terminal.attach(sink)) as [
    Viewer,
    Viewer,
  ];
  terminal.resize(laptop, 120, 30);
  terminal.resize(phone, 40, 20);
  terminal.looking(phone, false);
  expect(terminal.size).toEqual({ cols: 120, rows: 30 });
  terminal.looking(laptop, false);
  expect(terminal.size).toEqual({ cols: 40, rows: 20 });
  terminal.looking(phone, true);
  expect(terminal.size).toEqual({ cols: 40, rows: 20 });
});

test('exactly one viewer answers a program: the one used last, first of all one that is looked at, never a read-only one', async () => {
  const { terminal, exec, inputs } = await opened();
  const attach = (readOnly = false) => terminal.attach(new RecordingSink(), { readOnly });
  const [a, b, watching] = [attach(), attach(), attach(true)];
  const answers = async () => {
    for (const [name, viewer] of Object.entries({ a, b, watching })) terminal.reply(viewer, name);
    await settle();
    return String(exec.inside.read() ?? '');
  };
  expect(await answers()).toBe('b');
  terminal.input(a, Buffer.from('x'));
  await settle();
  exec.inside.read();
  expect(await answers()).toBe('a');
  terminal.looking(a, false);
  expect(await answers()).toBe('b');
  terminal.detach(b);
  expect(await answers()).toBe('a');
  terminal.detach(a);
  expect(await answers()).toBe('');
  // An answer is no use of the lab.
  expect(inputs.count).toBe(1);
});

test('a viewer hears how much of what it typed was taken, and a page that ignores it is sent away', async () => {
  const { terminal, exec } = await opened();
  const sink = new RecordingSink();
  const viewer = terminal.attach(sink);
  const piece = Buffer.alloc(INPUT_FRAME_BYTES, 'x');
  for (let at = 0; at < INPUT_WINDOW_BYTES; at += piece.length) terminal.input(viewer, piece);
  const taken = () => sink.messages.findLast((message) => message.type === 'taken')?.bytes ?? 0;
  const before = taken();
  expect(before).toBeLessThan(INPUT_WINDOW_BYTES);
  exec.inside.resume();
  await expect.poll(taken).toBe(INPUT_WINDOW_BYTES);
  exec.inside.pause();
  for (let n = 0; n < 200 && sink.closed === undefined; n++) terminal.input(viewer, piece);
  expect(sink.closed).toMatchObject({ code: CLOSE.tooMany });
  expect(viewer.pendingInput).toBeLessThanOrEqual(2 * 1024 * 1024);
});

test('a viewer whose wish changes nothing hears the size all the same: it draws at no other', async () => {
  const { terminal } = await opened();
  terminal.resize(terminal.attach(new RecordingSink()), 60, 20);
  const late = new RecordingSink();
  terminal.resize(terminal.attach(late), 100, 40);
  expect(late.sizes).toEqual([{ cols: 60, rows: 20 }]);
});

test.each([
  [0, 0, { cols: 2, rows: 1 }],
  [-5, -5, { cols: 2, rows: 1 }],
  [65_535, 65_535, { cols: 500, rows: 300 }],
  [Number.NaN, Number.POSITIVE_INFINITY, { cols: 80, rows: 24 }],
  [100.9, 30.9, { cols: 100, rows: 30 }],
])('a size of %d × %d is clamped', async (cols, rows, expected) => {
  const { terminal } = await opened();
  const viewer = terminal.attach(new RecordingSink());
  terminal.resize(viewer, cols, rows);
  expect(terminal.size).toEqual(expected);
});

test('a flood of resizes costs the engine few calls, and the last size wins', async () => {
  let calls = 0;
  const { terminal, exec } = await opened({
    resize: async () => {
      calls++;
      await sleep(5);
    },
  });
  const viewer = terminal.attach(new RecordingSink());
  for (let cols = 10; cols < 400; cols++) terminal.resize(viewer, cols, 30);
  await expect.poll(() => exec.sizes.at(-1)).toEqual({ cols: 399, rows: 30 });
  expect(calls).toBeLessThan(6);
});

test('a failed resize is survived, and the next one is made', async () => {
  let fail = true;
  const { terminal, exec } = await opened({
    resize: () => (fail ? Promise.reject(new Error('gone')) : Promise.resolve()),
  });
  const viewer = terminal.attach(new RecordingSink());
  terminal.resize(viewer, 100, 30);
  await settle();
  fail = false;
  terminal.resize(viewer, 101, 31);
  await settle();
  expect(exec.sizes.at(-1)).toEqual({ cols: 101, rows: 31 });
});

test('the end of a command is noticed, with or without somebody looking', async () => {
  const { exec, commandEnds } = await opened();
  await prints(exec, 'x\x1b]133;D;');
  await prints(exec, '2\x07');
  expect(commandEnds).toEqual([2]);
});

test('when the shell ends, viewers are told its code and the stream is over', async () => {
  const { terminal, exec, exits } = await opened();
  const sink = new RecordingSink();
  terminal.attach(sink);
  exec.end(3);
  await settle();
  expect(sink.messages.at(-1)).toEqual({ type: 'exit', code: 3 });
  expect(sink.closed?.code).toBe(CLOSE.ended);
  expect([terminal.ended, exits]).toEqual([true, [3]]);
});

test('when only the connection broke, viewers come back to the same epoch and the shell is joined again', async () => {
  const { terminal, execs, exec, exits } = await opened();
  const sink = new RecordingSink();
  terminal.attach(sink);
  await prints(exec, 'before ');
  exec.end(null);
  await settle();
  expect(sink.closed?.code).toBe(CLOSE.sandboxGone);
  expect(exits).toEqual([]);

  const again = new RecordingSink();
  terminal.attach(again, { resume: { epoch: terminal.epoch, offset: 7 } });
  await terminal.open();
  await prints(execs[1]!, 'after');
  expect(again.text).toBe('after');
});

test('typing before the shell is there is kept for it', async () => {
  const { promise, resolve } = Promise.withResolvers<FakeShell>();
  const terminal = new Terminal({
    open: () => promise,
    onCommandEnd: () => undefined,
    onInput: () => undefined,
    onExit: () => undefined,
  });
  const opening = terminal.open();
  const viewer = terminal.attach(new RecordingSink());
  terminal.input(viewer, Buffer.from('early\r'));
  const exec = fakeShell();
  resolve(exec);
  await opening;
  await settle();
  expect(String(exec.inside.read())).toBe('early\r');
});

test('a flood of typing that nobody takes is bounded', async () => {
  const { terminal } = await opened();
  const mebibyte = Buffer.alloc(1024 * 1024, 'x');
  let taken = 0;
  while (terminal.write(mebibyte) && taken < 100) taken++;
  expect(taken).toBeGreaterThanOrEqual(1);
  expect(taken).toBeLessThan(4);
});

test('closing ends the stream and sends everybody away; twice is once', async () => {
  const { terminal, exec } = await opened();
  const sink = new RecordingSink();
  const viewer = terminal.attach(sink);
  terminal.close();
  terminal.close();
  terminal.input(viewer, Buffer.from('x'));
  expect(exec.closed).toBe(true);
  expect(sink.closed?.code).toBe(CLOSE.ended);
});

test('closing while the shell is being opened leaves no stream behind', async () => {
  const { promise, resolve } = Promise.withResolvers<FakeShell>();
  const terminal = new Terminal({
    open: () => promise,
    onCommandEnd: () => undefined,
    onInput: () => undefined,
    onExit: () => undefined,
  });
  const opening = terminal.open();
  terminal.close();
  const exec = fakeShell();
  resolve(exec);
  await opening;
  expect(exec.closed).toBe(true);
});
