import { relative } from 'node:path';
import { systemClock } from '../clock.ts';
import type { PageServer } from '../gateway/page-server.ts';
import type { LessonSource } from '../lesson-source.ts';
import type { SessionRegistry } from '../session/registry.ts';
import { watchFolder } from '../watch-folder.ts';

/** What the server works with while lessons are being written. */
export interface Authoring {
  pages: PageServer;
  /** Tells the author something, in a line or more. */
  tell: (text: string) => void;
}

/** Gives running labs what their author changes, as soon as it is written. */
export function followChanges(options: {
  contentDir: string;
  lessons: LessonSource;
  sessions: Pick<SessionRegistry, 'useLesson'> | undefined;
  authoring: Authoring;
}): Disposable {
  const { contentDir, lessons, sessions, authoring } = options;
  const follow = async (files: readonly string[]) => {
    for (const { lesson, needsReset } of await lessons.refresh(files)) {
      const name = relative(contentDir, lesson.folder);
      authoring.tell(
        needsReset
          ? `${name}: files, images or setup changed; a running lab has them when it is reset`
          : `${name}: the checks of running labs are the new ones`,
      );
      sessions?.useLesson(lesson, needsReset);
    }
  };
  return watchFolder({
    folder: contentDir,
    clock: systemClock,
    onChange: (files) =>
      void follow(files).catch((error: unknown) =>
        authoring.tell(`The change could not be followed: ${String(error)}`),
      ),
    onError: (error) =>
      authoring.tell(`${contentDir} cannot be watched any longer: ${error.message}. Start this again.`),
  });
}
