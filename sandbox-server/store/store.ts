import type { SandboxRef } from '../backend/backend.ts';
import type { Attempt } from '../grader/attempts.ts';
import type { LessonProgress, SessionState } from '../protocol/views.ts';

/** What must survive a restart. Calls are synchronous and durable when they return. Errors: DrydockError `storage-failed`. */
export interface Store {
  /** What the learner has done, by lesson id, and the lesson they opened last. */
  progress(learner: string): { lessons: Record<string, LessonProgress>; lastLesson?: string };
  passed(learner: string, lesson: string): { task: string; at: number }[];
  /** Keeps the first time. */
  recordPassed(learner: string, lesson: string, task: string, at: number): void;
  recordQuiz(
    learner: string,
    lesson: string,
    question: string,
    answer: { choice: string; right: boolean; at: number },
  ): void;
  recordVisit(learner: string, lesson: string, at: number): void;
  /** Removes what is kept of the learner, and remembers that they are to stay unknown. */
  forget(learner: string, at: number): void;
  isForgotten(learner: string): boolean;
  saveSession(session: StoredSession): void;
  deleteSession(id: string): void;
  sessions(): StoredSession[];
  close(): void;
}

/** Enough to take a session up again after a restart. */
export interface StoredSession {
  id: string;
  learner: string;
  lesson: string;
  state: SessionState;
  sandbox: SandboxRef;
  terminals: { id: string; machine: string; title: string }[];
  /** What the learner tried in this sandbox. */
  attempts: Attempt[];
  createdAt: number;
  expiresAt: number;
}
