import { defineConfig, type OxlintOverride } from 'oxlint';

const ENGINE_CLIENT = ['dockerode', 'docker-modem'];
const ADAPTERS = ['**/docker/**', '**/kind/**', '**/store/sqlite-store.ts'];
const FRONT = ['**/gateway/**', '**/auth/**', '**/app.ts', '**/main.ts'];
const SETUP = ['**/setup/**', '**/scripts/**'];
const TESTS = ['**/test/**'];

/** What the files may not import: packages by name, files of the project by pattern. */
function without(files: string[], packages: string[], patterns: string[], message: string): OxlintOverride {
  return {
    files,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: packages.map((name) => ({ name, message })),
          patterns: patterns.length === 0 ? [] : [{ group: patterns, message }],
        },
      ],
    },
  };
}

/** Who may import whom. A later entry replaces an earlier one for the files of both. */
const directions = [
  without(
    ['sandbox-server/**'],
    ENGINE_CLIENT,
    TESTS,
    'Only backend/docker, cluster/kind, setup and the composition root talk to the engine.',
  ),
  without(
    ['sandbox-server/{app,main,with-clusters}.ts', 'sandbox-server/setup/**'],
    [],
    TESTS,
    'The server does not know its tests.',
  ),
  without(
    ['sandbox-server/protocol/**', 'sandbox-server/lab/**'],
    [...ENGINE_CLIENT, 'fastify', 'ws'],
    ['../**'],
    'protocol and lab are leaves: they import nothing of the project.',
  ),
  without(
    ['sandbox-server/container-engine/**'],
    [...ENGINE_CLIENT, 'fastify', 'ws'],
    ['../**'],
    'What all adapters know of a container engine imports nothing of the project.',
  ),
  without(
    [
      'sandbox-server/{session,grader,terminal,verify}/**',
      'sandbox-server/backend/*.ts',
      'sandbox-server/cluster/*.ts',
      'sandbox-server/store/store.ts',
    ],
    [...ENGINE_CLIENT, 'fastify', 'ws', 'node:sqlite'],
    [...ADAPTERS, ...FRONT, ...SETUP, ...TESTS],
    'This depends on interfaces (backend.ts, cluster.ts, store.ts), never on adapters or on what serves them.',
  ),
  without(
    ['sandbox-server/gateway/**'],
    [...ENGINE_CLIENT, 'node:sqlite'],
    [...ADAPTERS, '**/backend/**', '**/grader/**', '**/app.ts', '**/main.ts', ...SETUP, ...TESTS],
    'The gateway speaks to sessions, identity and the protocol; what is behind them is not its business.',
  ),
  without(
    ['sandbox-server/auth/**'],
    [...ENGINE_CLIENT, 'fastify', 'ws'],
    ['../**'],
    'Identity depends on nothing of the project.',
  ),
  without(
    ['sandbox-server/backend/docker/**'],
    ['fastify', 'ws', 'node:sqlite'],
    ['**/store/**', '**/session/**', '**/grader/**', '**/terminal/**', ...FRONT, ...SETUP, ...TESTS],
    'An adapter knows its interface, and no other adapter.',
  ),
  without(
    ['sandbox-server/cluster/kind/**'],
    ['fastify', 'ws', 'node:sqlite'],
    [
      ...['**/backend/**', '**/store/**', '**/session/**', '**/grader/**', '**/terminal/**'],
      ...[...FRONT, ...SETUP, ...TESTS],
    ],
    'An adapter knows its interface, and no other adapter.',
  ),
  without(
    ['sandbox-server/store/sqlite-store.ts'],
    [...ENGINE_CLIENT, 'fastify', 'ws'],
    ['**/backend/docker/**', '**/session/**', '**/grader/**', '**/terminal/**', ...FRONT, ...SETUP, ...TESTS],
    'An adapter knows its interface, and no other adapter.',
  ),
  without(
    ['src/**'],
    [...ENGINE_CLIENT, 'fastify', 'ws'],
    ['**/sandbox-server/**', '!**/sandbox-server/protocol/**', '!**/sandbox-server/lab/**', '**/scripts/**', ...TESTS],
    'The site imports protocol and lab of the server, and nothing else of it.',
  ),
  without(
    ['content/**'],
    ENGINE_CLIENT,
    ['**/sandbox-server/**', '**/src/**'],
    'A lesson imports #lab, and no code of the platform.',
  ),
];

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest', 'jsx-a11y'],
  options: { typeAware: true, denyWarnings: true },
  env: { builtin: true, node: true, browser: true },
  // What learners get in their sandbox is an example of its own, not code of the project.
  ignorePatterns: ['dist/**', '.astro/**', '.drydock/**', 'content/**/files/**', 'content/**/packages/**', 'images/**'],
  categories: { correctness: 'error', suspicious: 'error' },
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'no-empty': 'error',
    'import/no-cycle': 'error',
    'node/no-process-env': 'error',
    'vitest/no-focused-tests': 'error',
    'vitest/no-disabled-tests': 'error',
    // A second argument says which case of a table failed.
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    // Terminals are made of control characters.
    'no-control-regex': 'off',
    // Casts from `unknown` stand behind a check; zod does the rest.
    'typescript/no-unsafe-type-assertion': 'off',
    // Handlers of Fastify, not of Express, which cannot await.
    'oxc/no-async-endpoint-handlers': 'off',
    // Style sheets are imported for their effect.
    'import/no-unassigned-import': ['error', { allow: ['**/*.css'] }],
    // Matters of taste.
    'no-underscore-dangle': 'off',
    'promise/always-return': 'off',
    'promise/no-callback-in-promise': 'off',
    'typescript/consistent-return': 'off',
    'typescript/no-unnecessary-type-arguments': 'off',
    'typescript/no-unnecessary-type-parameters': 'off',
    'typescript/require-array-sort-compare': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-useless-spread': 'off',
    'unicorn/prefer-add-event-listener': 'off',
    'jsx-a11y/prefer-tag-over-role': 'off',
    // Focus is on the tabs of a tab list; a click beside a dialog closes it as Escape does. axe looks at the real pages.
    'jsx-a11y/interactive-supports-focus': 'off',
    'jsx-a11y/no-noninteractive-element-interactions': 'off',
    'jsx-a11y/no-static-element-interactions': 'off',
    'jsx-a11y/click-events-have-key-events': 'off',
  },
  overrides: [
    ...directions,
    // The only readers of the environment.
    { files: ['sandbox-server/main.ts', 'scripts/**'], rules: { 'node/no-process-env': 'off' } },
    {
      // Plain JavaScript: it runs before there is a compiler.
      files: ['**/*.mjs', 'public/**'],
      rules: {
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-call': 'off',
        'typescript/no-unsafe-member-access': 'off',
        'typescript/no-unsafe-return': 'off',
        'typescript/no-unsafe-argument': 'off',
      },
    },
    {
      files: ['test/**'],
      rules: {
        // Vitest's asymmetric matchers are typed any.
        'typescript/no-unsafe-assignment': 'off',
        'vitest/require-to-throw-message': 'off',
        'vitest/valid-title': 'off',
        'vitest/expect-expect': 'off',
        'vitest/no-standalone-expect': 'off',
        'no-new': 'off',
      },
    },
  ],
});
