import type { SessionView } from '../../sandbox-server/protocol/views.ts';
import type { Api } from './api.ts';
import { onCourseEvent, sendCourseEvent, type CourseEventName, type CourseEvents } from './course-events.ts';

/** What a page asks of its workspace. */
export const WANTS_WORKSPACE = ['drydock:start', 'drydock:run', 'drydock:check', 'drydock:answer'] as const;

export interface WorkspaceOptions {
  lesson: string;
  root: HTMLElement;
  api: Api;
  /** The session that runs already, when there is one. */
  session: SessionView | undefined;
}

/** Fetches the workspace's code when it is first wanted, and then hands over the events that wanted it, in order. */
export class WorkspaceLoader {
  readonly #page: Document;
  readonly #load: (session: SessionView | undefined) => Promise<void>;
  readonly #failed: (error: unknown) => void;
  readonly #waiting: (() => void)[] = [];
  readonly #listening = new AbortController();
  #loading: Promise<void> | undefined;

  constructor(
    page: Document,
    load: (session: SessionView | undefined) => Promise<void>,
    failed: (error: unknown) => void,
  ) {
    this.#page = page;
    this.#load = load;
    this.#failed = failed;
    for (const name of WANTS_WORKSPACE) this.#listen(name);
  }

  /** Safe to call again. After a failure the next call tries again. */
  async load(session?: SessionView): Promise<void> {
    this.#loading ??= this.#load(session);
    try {
      await this.#loading;
    } catch (error) {
      this.#loading = undefined;
      this.#waiting.length = 0;
      this.#failed(error);
      return;
    }
    this.#listening.abort();
    for (const send of this.#waiting.splice(0)) send();
  }

  /** There will be no workspace, and others answer the page's wishes. */
  close(): void {
    this.#listening.abort();
  }

  #listen<Name extends CourseEventName>(name: Name): void {
    const wanted = (detail: CourseEvents[Name]) => {
      this.#waiting.push(() => sendCourseEvent(this.#page, name, detail));
      void this.load();
    };
    onCourseEvent(this.#page, name, wanted, this.#listening.signal);
  }
}
