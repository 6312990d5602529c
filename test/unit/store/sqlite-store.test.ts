import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { DrydockError } from '../../../sandbox-server/errors.ts';
import { SqliteStore } from '../../../sandbox-server/store/sqlite-store.ts';
import type { StoredSession } from '../../../sandbox-server/store/store.ts';

const SESSION: StoredSession = {
  id: 'abc1',
  learner: 'ann',
  lesson: 'containers/images/layers',
  state: 'ready',
  sandbox: { id: 'abc11', machines: ['host'] },
  terminals: [{ id: 't1', machine: 'host', title: 'host' }],
  attempts: [{ task: 'pull' }, { task: 'size', answer: '41' }],
  createdAt: 1,
  expiresAt: 2,
};

function file() {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-store-'));
  return { path: join(folder, 'drydock.db'), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

test('what was stored is there after closing and opening again', () => {
  using db = file();
  const before = new SqliteStore(db.path);
  before.recordVisit('ann', 'a/b/one', 5);
  before.recordPassed('ann', 'a/b/one', 'pull', 10);
  before.recordQuiz('ann', 'a/b/one', 'q1', { choice: 'c2', right: true, at: 11 });
  before.saveSession(SESSION);
  before.close();
  before.close();

  const after = new SqliteStore(db.path);
  expect(after.progress('ann')).toEqual({
    lessons: { 'a/b/one': { tasks: ['pull'], quiz: { q1: { choice: 'c2', right: true } }, visitedAt: 5 } },
    lastLesson: 'a/b/one',
  });
  expect(after.sessions()).toEqual([SESSION]);
  after.close();
});

test('a task keeps the time it was first passed', () => {
  const store = new SqliteStore(':memory:');
  store.recordPassed('ann', 'a/b/one', 'pull', 10);
  store.recordPassed('ann', 'a/b/one', 'pull', 99);
  expect(store.passed('ann', 'a/b/one')).toMatchObject([{ task: 'pull', at: 10 }]);
});

test('the last answer to a question counts, and the last lesson that was opened', () => {
  const store = new SqliteStore(':memory:');
  store.recordQuiz('ann', 'l', 'q', { choice: 'a', right: true, at: 1 });
  store.recordQuiz('ann', 'l', 'q', { choice: 'b', right: false, at: 2 });
  store.recordVisit('ann', 'l', 1);
  store.recordVisit('ann', 'm', 2);
  store.recordVisit('ann', 'l', 3);
  const { lessons, lastLesson } = store.progress('ann');
  expect(lessons['l']?.quiz).toEqual({ q: { choice: 'b', right: false } });
  expect(lastLesson).toBe('l');
});

test('learners see nothing of each other', () => {
  const store = new SqliteStore(':memory:');
  store.recordPassed('ann', 'l', 'pull', 1);
  expect(store.progress('bob')).toEqual({ lessons: {} });
  expect(store.passed('bob', 'l')).toEqual([]);
});

test('names are values, never SQL', () => {
  const store = new SqliteStore(':memory:');
  store.recordVisit("ann'); DROP TABLE visit; --", '" OR 1=1', 1);
  expect(store.progress('ann').lessons).toEqual({});
  expect(store.progress("ann'); DROP TABLE visit; --").lastLesson).toBe('" OR 1=1');
});

test('a session is saved over its older self, and deleted', () => {
  const store = new SqliteStore(':memory:');
  store.saveSession(SESSION);
  store.saveSession({ ...SESSION, state: 'resetting' });
  expect(store.sessions().map((session) => session.state)).toEqual(['resetting']);
  store.deleteSession(SESSION.id);
  store.deleteSession(SESSION.id);
  expect(store.sessions()).toEqual([]);
});

test('a session that an earlier version stored, without attempts, is taken up', () => {
  using db = file();
  new SqliteStore(db.path).close();
  const { attempts: _, ...earlier } = SESSION;
  tamper(db.path, `INSERT INTO session VALUES ('abc1', '${JSON.stringify(earlier)}')`);
  const store = new SqliteStore(db.path);
  expect(store.sessions()).toEqual([{ ...SESSION, attempts: [] }]);
  store.close();
});

/** Changes the file while no store holds it. */
function tamper(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

test('a write that the disk refuses says storage-failed, and what was there is still readable', () => {
  using db = file();
  const before = new SqliteStore(db.path);
  before.recordPassed('ann', 'l', 'pull', 1);
  before.close();
  tamper(db.path, `CREATE TRIGGER full BEFORE INSERT ON visit BEGIN SELECT RAISE(FAIL, 'disk is full'); END`);
  const store = new SqliteStore(db.path);
  const failed = thrown(() => store.recordVisit('ann', 'l', 1));
  expect(failed).toBeInstanceOf(DrydockError);
  expect(failed).toMatchObject({ code: 'storage-failed', status: 503 });
  expect(store.passed('ann', 'l')).toHaveLength(1);
  store.close();
});

test('a second server on the same file is refused, until the first has ended', () => {
  using db = file();
  const first = new SqliteStore(db.path);
  expect(thrown(() => new SqliteStore(db.path))).toMatchObject({ code: 'data-in-use' });
  first.close();
  new SqliteStore(db.path).close();
});

test('one session that cannot be read does not hide the others, and is forgotten', () => {
  using db = file();
  const before = new SqliteStore(db.path);
  before.saveSession(SESSION);
  before.close();
  tamper(db.path, `INSERT INTO session VALUES ('old', '{"of":"another version"}'), ('torn', '{')`);
  const store = new SqliteStore(db.path);
  expect(store.sessions().map(({ id }) => id)).toEqual(['abc1']);
  store.close();
  const raw = new DatabaseSync(db.path);
  expect(raw.prepare('SELECT id FROM session').all()).toMatchObject([{ id: 'abc1' }]);
  raw.close();
});

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
