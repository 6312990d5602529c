import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { Attempt } from '../attempt.ts';

/** What is asked of the server's addresses. */
export const routes: readonly Attempt[] = [
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
