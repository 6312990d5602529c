import { mdxToJs } from 'satteri';
import { expect, test } from 'vitest';
import { shortCode } from '../../../../src/markdown/short-code.ts';

function compile(source: string): string {
  const { code } = mdxToJs(source, { hastPlugins: [shortCode] });
  return code.replace(/\s+/g, ' ');
}

test('short code in a sentence stays in one piece', () => {
  expect(compile('Type `-p 127.0.0.1:8080:80`.')).toContain('"data-short": ""');
});

test('long code may break', () => {
  expect(compile('Type `docker run --rm nginx:1.26 curl http://api:3000`.')).not.toContain('data-short');
});
