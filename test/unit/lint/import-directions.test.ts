import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');

/** File, what it imports, and whether it may. */
const CASES: [file: string, imports: string, allowed: boolean][] = [
  ['sandbox-server/protocol/a.ts', './b.ts', true],
  ['sandbox-server/protocol/a.ts', 'zod', true],
  ['sandbox-server/protocol/a.ts', '../clock.ts', false],
  ['sandbox-server/protocol/a.ts', '../lab/lab.ts', false],
  ['sandbox-server/lab/a.ts', './b.ts', true],
  ['sandbox-server/lab/a.ts', '../protocol/live.ts', false],
  ['sandbox-server/lab/a.ts', '../errors.ts', false],
  ['sandbox-server/session/a.ts', '../backend/backend.ts', true],
  ['sandbox-server/session/a.ts', '../store/store.ts', true],
  ['sandbox-server/session/a.ts', '../backend/docker/docker-backend.ts', false],
  ['sandbox-server/session/a.ts', '../store/sqlite-store.ts', false],
  ['sandbox-server/session/a.ts', '../gateway/http.ts', false],
  ['sandbox-server/grader/a.ts', '../backend/exec-to-end.ts', true],
  ['sandbox-server/grader/a.ts', '../backend/docker/exec.ts', false],
  ['sandbox-server/grader/a.ts', 'dockerode', false],
  ['sandbox-server/terminal/a.ts', '../backend/docker/exec.ts', false],
  ['sandbox-server/terminal/a.ts', 'ws', false],
  ['sandbox-server/backend/a.ts', './docker/exec.ts', false],
  ['sandbox-server/backend/docker/a.ts', 'dockerode', true],
  ['sandbox-server/backend/docker/a.ts', '../backend.ts', true],
  ['sandbox-server/backend/docker/a.ts', '../../store/sqlite-store.ts', false],
  ['sandbox-server/backend/docker/a.ts', '../../session/session.ts', false],
  ['sandbox-server/store/sqlite-store.ts', '../backend/docker/exec.ts', false],
  ['sandbox-server/session/a.ts', '../cluster/cluster.ts', true],
  ['sandbox-server/session/a.ts', '../cluster/kind/kind-clusters.ts', false],
  ['sandbox-server/cluster/a.ts', './kind/kind-clusters.ts', false],
  ['sandbox-server/cluster/kind/a.ts', 'dockerode', true],
  ['sandbox-server/cluster/kind/a.ts', '../cluster.ts', true],
  ['sandbox-server/cluster/kind/a.ts', '../../backend/docker/exec.ts', false],
  ['sandbox-server/cluster/kind/a.ts', '../../setup/engine.ts', false],
  ['sandbox-server/setup/a.ts', 'dockerode', true],
  ['sandbox-server/app.ts', 'dockerode', true],
  ['sandbox-server/clock.ts', 'dockerode', false],
  ['sandbox-server/gateway/a.ts', '../session/registry.ts', true],
  ['sandbox-server/gateway/a.ts', '../auth/origin.ts', true],
  ['sandbox-server/gateway/a.ts', '../backend/backend.ts', false],
  ['sandbox-server/gateway/a.ts', '../setup/engine.ts', false],
  ['sandbox-server/auth/a.ts', '../session/session.ts', false],
  ['sandbox-server/container-engine/a.ts', '../errors.ts', false],
  ['sandbox-server/container-engine/a.ts', 'dockerode', false],
  ['sandbox-server/backend/docker/a.ts', '../../container-engine/when-free.ts', true],
  ['sandbox-server/cluster/kind/a.ts', '../../container-engine/when-free.ts', true],
  ['sandbox-server/session/b.ts', '../../test/support/manual-clock.ts', false],
  ['src/client/a.ts', '../../sandbox-server/protocol/views.ts', true],
  ['src/client/a.ts', '../../sandbox-server/lab/page.ts', true],
  ['src/client/a.ts', '../../sandbox-server/errors.ts', false],
  ['src/client/a.ts', '../../sandbox-server/session/state.ts', false],
  ['src/pages/a.astro', '../../sandbox-server/config.ts', false],
  ['src/pages/a.astro', '../../sandbox-server/lab/lessons.ts', true],
  ['content/c/m/1-l/lab.ts', '#lab', true],
  ['content/c/m/1-l/lab.ts', '../../../../sandbox-server/lab/lab.ts', false],
];

let folder = '';
/** `<file> <line>` of each import that was turned down. */
let refused = new Set<string>();
const lines = new Map<string, string[]>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-lint-'));
  for (const [file, imports] of CASES) lines.set(file, [...(lines.get(file) ?? []), `export * from '${imports}';`]);
  lines.set('sandbox-server/reader.ts', ['export const home = process.env;']);
  lines.set('sandbox-server/main.ts', ['export const home = process.env;']);
  for (const [file, text] of lines) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    const code = text.join('\n');
    writeFileSync(join(folder, file), file.endsWith('.astro') ? `---\n${code}\n---\n` : `${code}\n`);
  }
  copyFileSync(join(ROOT, 'oxlint.config.ts'), join(folder, 'oxlint.config.ts'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint');
  const { stdout } = spawnSync(process.execPath, [oxlint, '--format', 'json', 'sandbox-server', 'src', 'content'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { code: string; filename: string; labels: { span: { line: number } }[] }[];
  };
  refused = new Set(
    diagnostics
      .filter(({ code }) => /no-restricted-imports|no-process-env/.test(code))
      .map(({ filename, labels }) => `${filename} ${labels[0]!.span.line - (filename.endsWith('.astro') ? 1 : 0)}`),
  );
});

afterAll(() => rmSync(folder, { recursive: true }));

test.each(CASES)('%s imports %s: %s', (file, imports, allowed) => {
  const line = lines.get(file)!.indexOf(`export * from '${imports}';`) + 1;
  expect(refused.has(`${file} ${line}`)).toBe(!allowed);
});

test('only the entries read the environment', () => {
  expect([refused.has('sandbox-server/reader.ts 1'), refused.has('sandbox-server/main.ts 1')]).toEqual([true, false]);
});
