import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { CLOSE } from '../../../sandbox-server/protocol/close-codes.ts';
import { ROOT } from '../../../scripts/options.ts';
import { Learner } from '../../support/learner.ts';
import { ServerProcess } from '../../support/server-process.ts';
import { dataFolder } from '../../support/test-server.ts';
import type { Attempt } from '../attempt.ts';
import { closedWithin } from '../closed-within.ts';
import type { AbuseContext } from '../context.ts';
import { Seat } from '../seat.ts';

const eventsOf = ({ session }: Seat) => `/api/sessions/${session.id}/events`;
const streamOf = ({ session }: Seat) => `/api/sessions/${session.id}/terminals/${session.terminals[0]!.id}/stream`;

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

/** Who opens a socket, and who keeps one. */
export const sockets: readonly Attempt[] = [
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
];
