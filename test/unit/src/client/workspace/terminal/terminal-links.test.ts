import { expect, test } from 'vitest';
import { reachableAddress, webAddress } from '../../../../../../src/client/workspace/terminal/terminal-links.ts';

test.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'not an address'])(
  '%s leads nowhere',
  (text) => {
    expect(webAddress(text)).toBeUndefined();
  },
);

test('an address of the sandbox itself leads to the preview of that port', () => {
  const preview = 'http://p.127.0.0.1:7070/preview/abc';
  const to = (address: string) => reachableAddress(address, preview);
  expect(to('http://localhost:8080/cart?id=1#top')).toBe(`${preview}/8080/cart?id=1#top`);
  expect(to('http://127.0.0.1/')).toBe(`${preview}/80/`);
  expect(to('http://0.0.0.0:3000/')).toBe(`${preview}/3000/`);
  expect(to('http://[::1]:3000/')).toBe(`${preview}/3000/`);
});

test('any other address is left as it is, and so is every one where there are no previews', () => {
  expect(reachableAddress('https://docs.docker.com/a', 'http://x/p')).toBe('https://docs.docker.com/a');
  expect(reachableAddress('http://localhost.example.com/', 'http://x/p')).toBe('http://localhost.example.com/');
  expect(reachableAddress('http://localhost:8080/', undefined)).toBe('http://localhost:8080/');
});
