import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { CLOSE } from '../../../sandbox-server/protocol/close-codes.ts';
import { HIGH_WATER_BYTES } from '../../../sandbox-server/protocol/terminal.ts';
import { ROOT } from '../../../scripts/options.ts';
import { Learner } from '../../support/learner.ts';
import { ServerProcess } from '../../support/server-process.ts';
import { dataFolder } from '../../support/test-server.ts';
import type { Attempt } from '../attempt.ts';
import type { AbuseContext } from '../context.ts';
import { Seat } from '../seat.ts';

const MIB = 1024 * 1024;
const eventsOf = ({ session }: Seat) => `/api/sessions/${session.id}/events`;
const streamOf = ({ session }: Seat) => `/api/sessions/${session.id}/terminals/${session.terminals[0]!.id}/stream`;

/** Resident memory of the server, in bytes. */
async function memoryOf({ server }: AbuseContext): Promise<number> {
  const status = await readFile(`/proc/${server.child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

/** Makes an attack; fails when the server's memory grew by more than this while it went on. */
async function withMemoryFlat(context: AbuseContext, bytes: number, attack: () => Promise<void>): Promise<string> {
  const before = await memoryOf(context);
  let most = before;
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      most = Math.max(most, await memoryOf(context));
      await sleep(100);
    }
  })();
  try {
    await attack();
  } finally {
    over.abort();
    await watching;
  }
  const grown = Math.round((most - before) / MIB);
  assert.ok(most - before < bytes, `the server grew by ${grown} MiB`);
  return `the server’s memory grew by ${grown} MiB at most`;
}

/** The answer to an upgrade, as the bytes say it. */
function upgrade(context: AbuseContext, path: string, headers: string[]): Promise<string> {
  const { port, host } = new URL(context.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
    const lines = [`GET ${path} HTTP/1.1`, `Host: ${host}`, 'Upgrade: websocket', 'Connection: Upgrade', key];
    socket.write([...lines, 'Sec-WebSocket-Version: 13', ...headers, '', ''].join('\r\n'));
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
    socket.once('data', (chunk: Buffer) => {
      socket.destroy();
      resolve(chunk.toString().split('\r\n')[0]!);
    });
    socket.on('error', reject);
  });
}

async function closedWithin(ms: number, what: string, closed: () => unknown): Promise<number> {
  const begun = performance.now();
  while (closed() === undefined) {
    assert.ok(performance.now() - begun < ms, `${what} is still open after ${ms / 1000} s`);
    await sleep(20);
  }
  return performance.now() - begun;
}

/** A lab whose time is over, on a server where it is short. */
async function expires({ options }: AbuseContext): Promise<void> {
  const data = dataFolder();
  try {
    const contentDir = join(ROOT, 'content');
    await using server = await ServerProcess.start(data, { ...options, contentDir, sessions: { lifetimeMs: 25_000 } });
    await using seat = await Seat.take(server.url);
    await sleep(Math.max(0, seat.session.expiresAt - Date.now()));
    await closedWithin(5_000, 'the terminal of a lab whose time is over', () => seat.terminal.closed);
    assert.equal(seat.terminal.closed?.code, CLOSE.ended);
  } finally {
    data[Symbol.dispose]();
  }
}

/** What a page, a script or a leaked address tries at the door. */
export const gateway: readonly Attempt[] = [
  {
    number: 14,
    title: 'Open a socket from a foreign origin, or from none',
    run: async (context) => {
      const attacker = await context.attacker();
      const cookie = `Cookie: ${attacker.learner.cookie}`;
      for (const path of [eventsOf(attacker), streamOf(attacker)]) {
        for (const origin of [
          'http://evil.example',
          'null',
          'http://127.0.0.1:1',
          context.url.replace('http', 'ftp'),
        ]) {
          assert.match(await upgrade(context, path, [cookie, `Origin: ${origin}`]), / 403 /, `${origin} was let in`);
        }
        assert.match(await upgrade(context, path, [cookie]), / 403 /, 'a socket without an origin was let in');
      }
      return undefined;
    },
  },
  {
    number: 15,
    title: 'Use another learner’s session, and a link that was taken back',
    run: async (context) => {
      const { neighbour } = context;
      const attacker = await context.attacker();
      const { id } = neighbour.session;
      const unknown = '0'.repeat(id.length);
      const seen: unknown[] = [];
      for (const session of [id, unknown]) {
        const base = `/api/sessions/${session}`;
        const tries = [
          await attacker.learner.request('GET', base),
          await attacker.learner.request('DELETE', base),
          await attacker.learner.request('POST', `${base}/reset`, {}),
          await attacker.learner.request('POST', `${base}/terminals`, { machine: 'host' }),
          await attacker.learner.request('POST', `${base}/shares`, { mayType: true }),
          await attacker.learner.handshake(`${base}/events`),
          await attacker.learner.handshake(streamOf(neighbour).replace(id, session)),
          await new Learner(context.url).request('GET', base),
        ];
        for (const { status } of tries) assert.equal(status, 403);
        seen.push(tries);
      }
      assert.deepEqual(seen[0], seen[1], 'the answers tell a session that exists from one that does not');
      const made = await neighbour.learner.request('POST', `/api/sessions/${id}/shares`, { mayType: true });
      const share = made.body as { id: string; address: string };
      const watch = `/api/watch/${share.address.split('#')[1]!}`;
      const stream = `${watch}/terminals/${neighbour.session.terminals[0]!.id}/stream`;
      assert.equal((await attacker.learner.handshake(stream)).status, 101, 'a link that is good leads nowhere');
      await neighbour.learner.request('DELETE', `/api/sessions/${id}/shares/${share.id}`);
      const replayed = await attacker.learner.handshake(stream);
      assert.equal(replayed.status, 403, 'a link that was taken back still leads in');
      assert.deepEqual(await attacker.learner.handshake(stream.replace(watch, `${watch}x`)), replayed);
      return undefined;
    },
  },
  {
    number: 16,
    title: 'Keep a socket after signing out, after the lab’s end, after a link was taken back',
    run: async (context) => {
      const attacker = await context.freshAttacker();
      const { learner, session } = attacker;
      const made = await learner.request('POST', `/api/sessions/${session.id}/shares`, { mayType: false });
      const share = made.body as { id: string; address: string };
      const path = `/api/watch/${share.address.split('#')[1]!}/terminals/${session.terminals[0]!.id}/stream`;
      const watching = new WebSocket(context.url.replace('http', 'ws') + path, { headers: { origin: context.url } });
      let left: number | undefined;
      watching.on('close', (code) => (left = code));
      await new Promise((resolve) => watching.once('message', resolve));
      await learner.request('DELETE', `/api/sessions/${session.id}/shares/${share.id}`);
      await closedWithin(5_000, 'the socket of the link', () => left);
      assert.equal(left, CLOSE.revoked);

      const out = learner.request('DELETE', '/api/me');
      const took = [
        await closedWithin(5_000, 'the terminal of who signed out', () => attacker.terminal.closed),
        await closedWithin(5_000, 'the events of who signed out', () => attacker.events.closed),
      ];
      assert.equal((await out).status, 204);
      const copy = new Learner(context.url);
      copy.cookie = learner.cookie;
      assert.equal((await copy.handshake(eventsOf(attacker))).status, 403, 'a copy of the cookie still lets in');
      await context.dismissAttacker();

      const gone = await context.freshAttacker();
      const end = gone.learner.request('DELETE', `/api/sessions/${gone.session.id}`);
      await closedWithin(5_000, 'the terminal of a lab that was removed', () => gone.terminal.closed);
      await end;
      await closedWithin(5_000, 'the events of a lab that was removed', () => gone.events.closed);
      await expires(context);
      return `closed ${Math.round(Math.max(...took))} ms after signing out`;
    },
  },
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
  {
    number: 20,
    title: 'Leave the folders of the site, of lessons and of previews',
    run: async (context) => {
      const attacker = await context.attacker();
      const { port } = new URL(context.url);
      const outs = ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '..%5c', '..%c0%af', '%252e%252e%252f', './/../', '\\..\\'];
      const paths = ['/', '/_astro/', '/containers/images/', '/preview/', `/api/sessions/${attacker.session.id}/`];
      for (const path of paths) {
        for (const out of outs) {
          const answer = await raw(Number(port), `${path}${out.repeat(8)}etc/passwd`, attacker.learner.cookie);
          assert.doesNotMatch(answer, /root:x:0/, `${path}${out} leaves the folder`);
          assert.match(
            answer.split('\r\n')[0]!,
            / (400|403|404|30[178]|502) /,
            `${path}${out}: ${answer.slice(0, 40)}`,
          );
        }
      }
      for (const lesson of ['../../../etc', 'containers/images/../../..', '/etc/passwd']) {
        const { status } = await attacker.learner.request('POST', '/api/sessions', { lesson });
        assert.equal(status, 404, `${lesson} is taken for a lesson`);
      }
      return undefined;
    },
  },
  {
    number: 21,
    title: 'Start, reset and stop from another site',
    run: async (context) => {
      const attacker = await context.attacker();
      const base = `/api/sessions/${attacker.session.id}`;
      for (const origin of ['http://evil.example', 'null']) {
        for (const [method, path, body] of [
          ['POST', '/api/sessions', { lesson: attacker.session.lesson }],
          ['POST', `${base}/reset`, {}],
          ['POST', `${base}/terminals`, { machine: 'host' }],
          ['POST', `${base}/shares`, { mayType: true }],
          ['DELETE', base, undefined],
          ['DELETE', '/api/me', undefined],
        ] as const) {
          const { status } = await attacker.learner.request(method, path, body, { origin });
          assert.equal(status, 403, `${method} ${path} from ${origin} was taken`);
        }
      }
      // A form can be sent without asking, and only with these types; none of them is read as JSON.
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
        const { status } = await attacker.learner.request(
          'POST',
          `${base}/shares`,
          { mayType: true },
          { 'content-type': type },
        );
        assert.ok(status >= 400, `a form of ${type} was taken`);
      }
      assert.ok(attacker.alive, 'the session did not live on');
      return undefined;
    },
  },
];

/** The answer to a path that no client would send as it is. */
function raw(port: number, path: string, cookie: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
    socket.setTimeout(10_000, () => socket.destroy(new Error(`${path} is not answered`)));
  });
}
