import type { KnipConfig } from 'knip';

export default {
  entry: [
    'scripts/*.{ts,mjs}',
    '{content,scripts/new}/**/{lab.ts,lesson.mdx}',
    'test/{support/content,abuse/lessons}/**/lab.ts',
    'test/support/run-server.ts',
    'bench/neighbours-process.ts',
    'bench/content/**/lab.ts',
    'test/support/misbehaving-lab.ts',
    // What pages load in their <script>s and name in their front matter, where knip does not look.
    'src/client/*.ts',
    'src/layouts/*.astro',
    'public/*.js',
  ],
  project: [
    'sandbox-server/**/*.ts',
    'src/**/*.{ts,tsx,astro,mdx}',
    'content/**/*.mdx',
    'scripts/**/*.{ts,mjs}',
    'test/**/*.{ts,tsx}',
    'bench/**/*.ts',
    '*.{ts,mjs}',
  ],
  ignoreExportsUsedInFile: true,
  ignoreBinaries: ['apt-get', 'nsenter', 'dpkg-query', 'unshare'],
  // Named in style sheets, run as programs, or types that come with another package.
  ignoreDependencies: ['@fontsource-variable/.*', 'pagefind', '@astrojs/check', 'hast'],
} satisfies KnipConfig;
