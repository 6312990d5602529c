import type { TaskView } from '../../../../sandbox-server/protocol/views.ts';

/** Tells which tasks changed since they were last shown. */
export class TaskUpdates {
  readonly #shown = new Map<string, string>();

  changed(tasks: readonly TaskView[]): TaskView[] {
    return tasks.filter((task) => {
      const now = JSON.stringify(task);
      if (this.#shown.get(task.id) === now) return false;
      this.#shown.set(task.id, now);
      return true;
    });
  }

  /** Another session: everything is news again. */
  forget(): void {
    this.#shown.clear();
  }
}
