import type { SandboxRef } from '../backend/backend.ts';
import { Grading } from './grading.ts';
import { Preview } from './preview.ts';

/** What a session does with a sandbox that runs: grades its tasks, watches it live, leads to its web servers. */
export class RunningSandbox implements Disposable {
  readonly grading: Grading;
  readonly preview: Preview;

  constructor(options: ConstructorParameters<typeof Grading>[0] & { sandbox: SandboxRef }) {
    this.preview = new Preview(options.services.backend, options.sandbox);
    this.grading = new Grading(options);
  }

  [Symbol.dispose](): void {
    this.grading[Symbol.dispose]();
    this.preview[Symbol.dispose]();
  }
}
