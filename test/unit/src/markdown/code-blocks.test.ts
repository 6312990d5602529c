import { satteri } from '@astrojs/markdown-satteri';
import { expect, test } from 'vitest';
import { codeBlocks, markRunBlocks } from '../../../../src/markdown/code-blocks.ts';

/** The compiled page, in one line. */
async function compile(source: string): Promise<string> {
  const processor = satteri({ hastPlugins: [codeBlocks] });
  const renderer = await processor.createMdxRenderer?.(
    {
      syntaxHighlight: 'shiki',
      shikiConfig: { theme: 'css-variables', transformers: [markRunBlocks] },
      gfm: true,
      smartypants: true,
    },
    { optimize: false, srcDir: new URL('file:///site/src/'), sourcemap: false },
  );
  const result = await renderer?.process(source, '/site/content/lesson.mdx', {});
  return (result?.code ?? '').replace(/\s+/g, ' ');
}

const fence = (info: string, code: string) => `\`\`\`${info}\n${code}\n\`\`\`\n`;

test('a run block gets Copy and Run, and keeps its command as it was written', async () => {
  const code = await compile(fence('sh run', 'docker ps --format "{{.Names}}" -a'));
  expect(code).toContain('"data-run-block": ""');
  expect(code).toMatch(/"data-copy": ""[^}]*"Copy"/);
  expect(code).toMatch(/"data-run": ""[^}]*"Run"/);
  expect(code).toContain('{{.Names}}');
});

test('a run block that must fail has the same buttons', async () => {
  expect(await compile(fence('sh run fails', 'false'))).toContain('"data-run-block": ""');
});

test('a run block names its machine', async () => {
  expect(await compile(fence('sh run machine=db', 'ls'))).toContain('"data-machine": "db"');
});

test('other code can be copied but not run', async () => {
  const code = await compile(fence('dockerfile', 'FROM debian:13-slim'));
  expect(code).toContain('"data-copy"');
  expect(code).not.toContain('"data-run');
});

test('output has no buttons', async () => {
  const code = await compile(fence('text', 'hello'));
  expect(code).toContain('code-output');
  expect(code).not.toContain('button');
});
