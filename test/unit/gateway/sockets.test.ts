import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { serveSockets } from '../../../sandbox-server/gateway/sockets.ts';
import { cookieOf, httpApp, LESSON } from '../../support/http-app.ts';
import { settle } from '../../support/manual-clock.ts';

test('a page that answers nothing any more does not hold up the end of the server', async () => {
  await using http = await httpApp();
  const { headers, body } = await http.request('POST', '/api/sessions', { lesson: LESSON });
  const { id } = body as { id: string };
  await settle();
  const serving = serveSockets(http.app.server, http.gateway, (header) => http.app.parseCookie(header));
  const { port } = new URL(await http.app.listen({ host: '127.0.0.1', port: 0 }));

  const page = connect(Number(port), '127.0.0.1');
  page.write(
    [
      `GET /api/sessions/${id}/events HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      `Origin: http://127.0.0.1:${port}`,
      `Cookie: ${cookieOf(headers)}`,
      ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
      ...['Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', '', ''],
    ].join('\r\n'),
  );
  const [answer] = (await once(page, 'data')) as [Buffer];
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1.1 101 /);

  serving.close();
  await http.app.close();
  page.destroy();
});
