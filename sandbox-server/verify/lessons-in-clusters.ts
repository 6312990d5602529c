import type { LabLesson } from '../lab/lessons.ts';
import type { CommandLine } from './command-line.ts';

type Named = Pick<LabLesson, 'module' | 'order'>;

export function needsCluster({ lab }: { lab: { sandbox: { cluster?: unknown } } }): boolean {
  return lab.sandbox.cluster !== undefined;
}

/** Those that `--clusters` asks for. */
export function ofClusters<T extends Parameters<typeof needsCluster>[0]>(
  lessons: readonly T[],
  which: CommandLine['clusters'],
): T[] {
  return lessons.filter((lesson) => which === 'all' || needsCluster(lesson) === (which === 'only'));
}

/**
 * Where there can be no cluster, is it a failure? Whoever names lessons wants these, and continuous integration wants all. Else the
 * lessons that need one are left out.
 */
export function mustVerify({ words, clusters }: Pick<CommandLine, 'words' | 'clusters'>, isCi: boolean): boolean {
  return words.length > 0 || clusters === 'only' || isCi;
}

export function whyLeftOut(lessons: readonly Named[]): string {
  const names = lessons.map(({ module, order }) => `${module}/${order}`).join(', ');
  return `Left out: ${names}, which need a Kubernetes cluster. Run \`npm run images -- kubernetes\` for what it is made of, then \`npm run verify -- --clusters only\`.`;
}
