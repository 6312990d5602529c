import { nearest } from '../../sandbox-server/lab/nearest.ts';
import type { Course } from './course.ts';

export interface CoveredTask {
  url: string;
  title: string;
  lesson: string;
}

/** The tasks that `course.yaml` names as `<module>/<lesson>#<task>`. Throws when there is none of that name. */
export function coveredTasks(course: Course, names: readonly string[]): CoveredTask[] {
  const tasks = new Map(
    course.modules.flatMap(({ lessons }) =>
      lessons.flatMap((lesson) =>
        lesson.tasks.map(({ id, title }) => [
          `${lesson.id.slice(course.id.length + 1)}#${id}`,
          { url: `${lesson.url}#task-${id}`, title, lesson: lesson.title },
        ]),
      ),
    ),
  );
  return names.map((name) => {
    const task = tasks.get(name);
    if (task !== undefined) return task;
    const meant = nearest(name, tasks.keys());
    throw new Error(
      `content/${course.id}/course.yaml: there is no task ${name}. ${meant === undefined ? 'Write <module>/<lesson>#<task>.' : `Did you mean ${meant}?`}`,
    );
  });
}
