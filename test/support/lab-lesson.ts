import type { Lab } from '../../sandbox-server/lab/lab.ts';
import type { LabLesson } from '../../sandbox-server/lab/lessons.ts';

/** A lesson that exists in memory only. Its one task passes when anything was answered. */
export function labLesson(id = 'course/module/lesson', lab: Partial<Lab> = {}): LabLesson {
  const [course = '', module = '', slug = ''] = id.split('/');
  return {
    id,
    course,
    module,
    slug,
    order: 1,
    folder: '/nowhere',
    labFile: '/nowhere/lab.ts',
    labModule: 'file:///nowhere/lab.ts',
    filesFolders: [],
    page: {
      file: '/nowhere/lesson.mdx',
      frontMatter: { title: slug, summary: slug, minutes: 5, sources: [] },
      runBlocks: [],
      tasks: [],
      questions: [],
      links: [],
      headings: [],
      figures: [],
      imports: [],
    },
    lab: {
      sandbox: {},
      tasks: {
        say: {
          answer: { label: 'Anything', solve: () => 'x' },
          check: ({ answer, notYet }) => {
            if (answer === undefined) notYet('Nothing was said.');
          },
          nearMisses: [{ answer: '', says: 'Nothing' }],
        },
      },
      ...lab,
    },
  };
}
