import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLOSE } from '../../../sandbox-server/protocol/close-codes.ts';
import { HIGH_WATER_BYTES } from '../../../sandbox-server/protocol/terminal.ts';
import type { Attempt } from '../attempt.ts';
import { closedWithin } from '../closed-within.ts';
import { MIB, withMemoryFlat } from '../memory-flat.ts';

/** What is sent through a socket that is open, or not taken from it. */
export const frames: readonly Attempt[] = [
  {
    number: 17,
    title: 'Frames of 101 MB, 200,000 fragments, a flood of frames, text for bytes, JSON of a wrong shape',
    run: async (context) => {
      const attacker = await context.attacker();
      const socket = async () => {
        const one = await attacker.learner.terminal(attacker.session.id, attacker.session.terminals[0]!.id);
        one.socket.on('error', () => undefined);
        return one;
      };
      const seen = await withMemoryFlat(context, 96 * MIB, async () => {
        const large = await socket();
        large.socket.send(Buffer.alloc(101 * MIB), { binary: true }, () => undefined);
        // The server goes before the last byte has come, so that its reason may be lost on the way.
        assert.ok([1009, 1006].includes((await large.ended()).code), 'a frame of 101 MB was taken');

        const pieces = await socket();
        // An acknowledgement would become the last piece, and all of them a line that is typed.
        pieces.acknowledge = false;
        for (let n = 0; n < 200_000 && pieces.closed === undefined; n++) {
          pieces.socket.send('x', { binary: true, fin: false }, () => undefined);
          if (n % 1_000 === 0) await sleep(0);
        }
        assert.ok([1008, 1006].includes((await pieces.ended()).code), '200,000 fragments were taken');

        const flood = await socket();
        for (let n = 0; n < 200_000 && flood.closed === undefined; n++) {
          flood.control({ type: 'ping' });
          if (n % 1_000 === 0) await sleep(0);
        }
        assert.equal((await flood.ended()).code, CLOSE.tooMany, '200,000 frames were taken');
      });
      for (const text of ['hello', '{"type":"sudo"}', '{"type":"resize","cols":"wide"}', '[1]', '{"type":"ack"}']) {
        const one = await socket();
        one.control(text);
        const { code, reason } = await one.ended();
        assert.equal(code, CLOSE.badFrame, `${text} was taken`);
        assert.notEqual(reason, '');
      }
      const events = await attacker.learner.events(attacker.session.id);
      events.socket.send(Buffer.from('{"type":"live","on":true}'), { binary: true });
      await closedWithin(5_000, 'a socket that got bytes for text', () => events.closed);
      assert.equal(events.closed?.code, CLOSE.badFrame);
      return seen;
    },
  },
  {
    number: 18,
    title: '`yes` into a reader that has stalled',
    run: async (context) => {
      const attacker = await context.attacker();
      const stalled = await attacker.openShell();
      stalled.socket.acknowledge = false;
      let echo = '';
      const seen = await withMemoryFlat(context, 48 * MIB, async () => {
        echo = await context.whileNeighbourTypes(async () => {
          stalled.socket.type('yes\r');
          await sleep(5_000);
        });
      });
      const got = stalled.socket.bytes.length;
      assert.ok(got <= HIGH_WATER_BYTES + 64 * 1024, `a reader that takes nothing was sent ${got} bytes`);
      stalled.socket.acknowledge = true;
      stalled.socket.control({ type: 'ack', offset: stalled.socket.offset });
      stalled.socket.type('\x03');
      stalled.socket.socket.close();
      return `${seen}; ${echo}`;
    },
  },
  {
    number: 19,
    title: 'Resize to 0×0, 65535×65535, below nothing, and 2,000 times',
    run: async (context) => {
      const attacker = await context.attacker();
      const { terminal } = attacker;
      const sizes = () => terminal.messages.flatMap((m) => (m.type === 'size' ? [m] : []));
      for (const [cols, rows] of [
        [0, 0],
        [65_535, 65_535],
        [-1, -1],
        [80.5, 1e300],
      ]) {
        terminal.control({ type: 'resize', cols, rows });
      }
      for (let n = 0; n < 2_000; n++) terminal.control({ type: 'resize', cols: 20 + (n % 300), rows: 10 + (n % 100) });
      terminal.control({ type: 'resize', cols: 101, rows: 31 });
      await closedWithin(10_000, 'the flood', () => (sizes().at(-1)?.cols === 101 ? true : undefined));
      for (const { cols, rows } of sizes()) {
        assert.ok(cols >= 2 && cols <= 500 && rows >= 1 && rows <= 300, `${cols} × ${rows} was settled`);
      }
      await sleep(300);
      const size = await terminal.runs('stty size', /\d+ \d+\r\n/);
      assert.match(size, /31 101/, 'the last size did not win');
      return undefined;
    },
  },
];
