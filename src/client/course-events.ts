import type { TaskView } from '../../sandbox-server/protocol/views.ts';

/** How the page's parts and the workspace, whose code arrives later, talk: events on the document. */
export interface CourseEvents {
  /** Start the lab, or show the one that runs. */
  'drydock:start': undefined;
  /** Type this into a terminal; starts the lab when needed. */
  'drydock:run': { code: string; machine: string | undefined };
  'drydock:check': { task: string };
  'drydock:answer': { task: string; value: string };
  /** The workspace says how a task stands. */
  'drydock:task': TaskView;
}

export type CourseEventName = keyof CourseEvents;

export function sendCourseEvent<Name extends CourseEventName>(
  target: EventTarget,
  name: Name,
  detail: CourseEvents[Name],
): void {
  target.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Listens until the signal aborts. */
export function onCourseEvent<Name extends CourseEventName>(
  target: EventTarget,
  name: Name,
  listener: (detail: CourseEvents[Name]) => void,
  signal?: AbortSignal,
): void {
  target.addEventListener(name, (event) => listener((event as CustomEvent<CourseEvents[Name]>).detail), { signal });
}
