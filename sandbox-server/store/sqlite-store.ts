import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { DrydockError } from '../errors.ts';
import { CLUSTERS } from '../lab/clusters.ts';
import type { LessonProgress } from '../protocol/views.ts';
import type { Store, StoredSession } from './store.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS passed (
  learner TEXT NOT NULL, lesson TEXT NOT NULL, task TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (learner, lesson, task)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS quiz (
  learner TEXT NOT NULL, lesson TEXT NOT NULL, question TEXT NOT NULL, choice TEXT NOT NULL, right INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (learner, lesson, question)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS visit (
  learner TEXT NOT NULL, lesson TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (learner, lesson)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forgotten (learner TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS session (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
`;

/** How long opening waits for another process that holds the file, which may just be ending. */
const BUSY_TIMEOUT_MS = 2_000;

const storedSession = z.object({
  id: z.string(),
  learner: z.string(),
  lesson: z.string(),
  state: z.enum(['queued', 'starting', 'ready', 'resetting', 'recovering', 'stopping', 'ended', 'failed']),
  sandbox: z.object({
    id: z.string(),
    machines: z.array(z.string()),
    cluster: z.enum(CLUSTERS).exactOptional(),
    nodes: z.number().exactOptional(),
  }),
  terminals: z.array(z.object({ id: z.string(), machine: z.string(), title: z.string() })),
  // None in what an earlier version stored.
  attempts: z.array(z.object({ task: z.string(), answer: z.string().exactOptional() })).default([]),
  createdAt: z.number(),
  expiresAt: z.number(),
});

const row = {
  passed: z.object({ lesson: z.string(), task: z.string(), at: z.number() }),
  quiz: z.object({ lesson: z.string(), question: z.string(), choice: z.string(), right: z.number() }),
  visit: z.object({ lesson: z.string(), at: z.number() }),
  forgotten: z.object({ at: z.number() }),
  session: z.object({ id: z.string(), body: z.string() }),
};

/** One file, for one process at a time; `:memory:` for none. Throws DrydockError `data-in-use`. */
export class SqliteStore implements Store {
  readonly #db: DatabaseSync;

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    try {
      // One server at a time: the system lets go of the lock however the process ends.
      this.#db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA locking_mode = EXCLUSIVE;`);
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
      this.#db.exec(SCHEMA);
      this.#db.exec('BEGIN IMMEDIATE; COMMIT;');
    } catch (error) {
      this.#db.close();
      if (!/locked/.test(String(error))) throw error;
      throw new DrydockError('data-in-use', { detail: `Another Drydock uses ${file}.`, cause: error });
    }
  }

  progress(learner: string): { lessons: Record<string, LessonProgress>; lastLesson?: string } {
    const lessons: Record<string, LessonProgress> = {};
    const of = (lesson: string) => (lessons[lesson] ??= { tasks: [], quiz: {}, visitedAt: 0 });
    for (const found of this.#all(
      'SELECT lesson, task, at FROM passed WHERE learner = ? ORDER BY at',
      [learner],
      row.passed,
    )) {
      of(found.lesson).tasks.push(found.task);
    }
    for (const found of this.#all(
      'SELECT lesson, question, choice, right FROM quiz WHERE learner = ?',
      [learner],
      row.quiz,
    )) {
      of(found.lesson).quiz[found.question] = { choice: found.choice, right: found.right === 1 };
    }
    const visits = this.#all('SELECT lesson, at FROM visit WHERE learner = ? ORDER BY at', [learner], row.visit);
    for (const found of visits) of(found.lesson).visitedAt = found.at;
    const last = visits.at(-1)?.lesson;
    return { lessons, ...(last === undefined ? {} : { lastLesson: last }) };
  }

  passed(learner: string, lesson: string): { task: string; at: number }[] {
    return this.#all(
      'SELECT lesson, task, at FROM passed WHERE learner = ? AND lesson = ?',
      [learner, lesson],
      row.passed,
    );
  }

  recordPassed(learner: string, lesson: string, task: string, at: number): void {
    this.#run('INSERT INTO passed VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING', [learner, lesson, task, at]);
  }

  recordQuiz(
    learner: string,
    lesson: string,
    question: string,
    answer: { choice: string; right: boolean; at: number },
  ): void {
    this.#run('INSERT OR REPLACE INTO quiz VALUES (?, ?, ?, ?, ?, ?)', [
      learner,
      lesson,
      question,
      answer.choice,
      answer.right ? 1 : 0,
      answer.at,
    ]);
  }

  recordVisit(learner: string, lesson: string, at: number): void {
    this.#run('INSERT OR REPLACE INTO visit VALUES (?, ?, ?)', [learner, lesson, at]);
  }

  forget(learner: string, at: number): void {
    this.#run('INSERT OR REPLACE INTO forgotten VALUES (?, ?)', [learner, at]);
    for (const table of ['passed', 'quiz', 'visit']) this.#run(`DELETE FROM ${table} WHERE learner = ?`, [learner]);
  }

  isForgotten(learner: string): boolean {
    return this.#all('SELECT at FROM forgotten WHERE learner = ?', [learner], row.forgotten).length > 0;
  }

  saveSession(session: StoredSession): void {
    this.#run('INSERT OR REPLACE INTO session VALUES (?, ?)', [session.id, JSON.stringify(session)]);
  }

  deleteSession(id: string): void {
    this.#run('DELETE FROM session WHERE id = ?', [id]);
  }

  sessions(): StoredSession[] {
    return this.#all('SELECT id, body FROM session', [], row.session).flatMap(({ id, body }) => {
      const session = readSession(body);
      // Torn, or of another version: its sandbox is found by its label and removed.
      if (session === undefined) this.deleteSession(id);
      return session ?? [];
    });
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #all<T>(sql: string, values: (string | number)[], schema: z.ZodType<T>): T[] {
    try {
      return this.#db
        .prepare(sql)
        .all(...values)
        .map((found) => schema.parse(found));
    } catch (error) {
      throw new DrydockError('storage-failed', { detail: 'The server could not read what was stored.', cause: error });
    }
  }

  #run(sql: string, values: (string | number)[]): void {
    try {
      this.#db.prepare(sql).run(...values);
    } catch (error) {
      throw new DrydockError('storage-failed', { cause: error });
    }
  }
}

function readSession(body: string): StoredSession | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  return storedSession.safeParse(json).data;
}
