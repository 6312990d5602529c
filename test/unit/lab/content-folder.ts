import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const LAB_MODULE = join(import.meta.dirname, '../../../sandbox-server/lab/index.ts');

/** A good lesson page; the parts can be replaced. */
export function lessonPage(parts: { task?: string; quiz?: string; more?: string; front?: string } = {}): string {
  const question = (id: string) =>
    `<Question id="${id}" text="Why?">\n<Choice text="A" right>Yes.</Choice>\n<Choice text="B">No.</Choice>\n</Question>`;
  return [
    '---',
    parts.front ?? 'title: Layers\nsummary: Why\nminutes: 15',
    '---',
    '## Start',
    parts.task ??
      '<Task id="build" title="Build it">\nDo.\n\n<Solution>\n```sh run\ntouch built\n```\n</Solution>\n</Task>',
    parts.quiz ?? `<Quiz>\n${['q1', 'q2', 'q3'].map(question).join('\n')}\n</Quiz>`,
    parts.more ?? '',
  ].join('\n\n');
}

/** A good lab; the parts are source text. */
export function labSource(parts: { sandbox?: string; tasks?: string } = {}): string {
  return [
    `import { defineLab } from '${LAB_MODULE}';`,
    'export default defineLab({',
    `  sandbox: { ${parts.sandbox ?? ''} },`,
    `  tasks: {${parts.tasks ?? "\n    build: { check: 'test -e built', nearMisses: [{ run: 'true', says: 'nothing' }, { run: 'ls', says: 'nothing' }] },\n"}  },`,
    '});',
  ].join('\n');
}

/** A content folder with these files besides the YAML that a course needs. */
export async function contentFolder(files: Record<string, string>): Promise<AsyncDisposable & { path: string }> {
  const root = await mkdtemp(join(tmpdir(), 'drydock-content-'));
  const all = {
    'containers/course.yaml': 'title: Containers\nsummary: All of it',
    'containers/images/module.yaml': 'title: Images\nsummary: What runs\norder: 1',
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return { path: root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}
