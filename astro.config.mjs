import mdx from '@astrojs/mdx';
import { satteri } from '@astrojs/markdown-satteri';
import { defineConfig } from 'astro/config';
import { checkContent } from './src/build/check-content.ts';
import { precompress } from './src/build/precompress.ts';
import { codeBlocks, markRunBlocks } from './src/markdown/code-blocks.ts';
import { lessonParts } from './src/markdown/lesson-parts.ts';
import { shortCode } from './src/markdown/short-code.ts';

export default defineConfig({
  trailingSlash: 'always',
  build: { format: 'directory' },
  devToolbar: { enabled: false },
  markdown: {
    processor: satteri({ hastPlugins: [lessonParts, codeBlocks, shortCode] }),
    shikiConfig: { theme: 'css-variables', transformers: [markRunBlocks] },
  },
  integrations: [checkContent('./content/'), mdx(), precompress()],
  vite: {
    // The server's policy allows no inline script, so none may be inlined.
    // The licences of what the pages' scripts are made of ask for their texts to be passed on.
    build: { assetsInlineLimit: 0, license: { fileName: 'third-party-licenses.txt' } },
  },
});
