import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { adminAccess } from '../../../../sandbox-server/cluster/kind/admin-access.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

test('the administrator’s kubeconfig becomes what this server connects with', () => {
  const text = stringify({
    clusters: [{ name: 'x', cluster: { server: 'https://x:6443', 'certificate-authority-data': base64('CA') } }],
    users: [{ name: 'y', user: { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') } }],
  });
  expect(adminAccess(text, 'https://127.0.0.1:1')).toEqual({
    server: 'https://127.0.0.1:1',
    authority: 'CA',
    certificate: 'CERT',
    key: 'KEY',
  });
});

test('anything else is refused', () => {
  expect(() => adminAccess('clusters: []', 'https://127.0.0.1:1')).toThrow(/clusters/);
});
