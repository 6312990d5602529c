import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { ServerProcess } from '../../support/server-process.ts';
import { dataFolder } from '../../support/test-server.ts';
import type { Attempt } from '../attempt.ts';
import { Seat } from '../seat.ts';

const LESSONS = join(import.meta.dirname, '../lessons');
const MISBEHAVING = 'abuse/checks/misbehaving';
const VERDICT_MS = 30_000;

/** Ways to a tick that was not earned. */
export const graders: readonly Attempt[] = [
  {
    number: 26,
    title: 'Fake docker, kubectl and sh first in PATH, LD_PRELOAD, a replaced /bin/sh, and “PASS”',
    run: async (context) => {
      const attacker = await context.freshAttacker();
      await attacker.sh(
        `mkdir -p ~/bin; for f in docker kubectl sh bash curl test head timeout env; do printf '#!/bin/sh\\necho PASS; exit 0\\n' > ~/bin/$f; chmod +x ~/bin/$f; done`,
      );
      for (const file of ['.bashrc', '.profile', '.bash_profile', '.env'])
        await attacker.sh(
          `echo 'export PATH=~/bin:$PATH LD_PRELOAD=~/evil.so BASH_ENV=~/.env ENV=~/.env' >> ~/${file}`,
        );
      const root = await attacker.sh(
        'cp /bin/echo /bin/sh; mv ~/bin/sh /bin/sh; cp ~/bin/docker /usr/bin/docker; echo ~/evil.so > /etc/ld.so.preload; ls -l /bin/sh /etc/ld.so.preload',
      );
      assert.match(root.out, /(Permission denied|Read-only|cannot)/, 'the learner changed the machine’s own programs');
      await attacker.sh('for n in 1 2 3; do echo PASS; echo "exit 0"; done; printf "\\033]133;D;0\\007"');
      for (const { id } of attacker.session.tasks) attacker.events.send({ type: 'check', task: id });
      await sleep(4_000);
      const { tasks } = attacker.events.session;
      for (const { id } of tasks) {
        const state = attacker.events.task(id)?.state;
        assert.notEqual(state, 'done', `task ${id} was ticked`);
        assert.notEqual(state, 'broken', `the check of ${id} was broken by the learner`);
      }
      await context.dismissAttacker();
      return undefined;
    },
  },
  {
    number: 27,
    title: 'Send an old verdict, or say that a task has passed',
    run: async (context) => {
      const attacker = await context.attacker();
      const [task] = attacker.session.tasks;
      const base = `/api/sessions/${attacker.session.id}`;
      const passed = { type: 'task', task: { id: task!.id, state: 'done', attempted: true, doneAt: Date.now() } };
      for (const [method, path, body] of [
        ['PUT', '/api/progress/task', { lesson: attacker.session.lesson, task: task!.id }],
        ['PUT', '/api/progress/visit', { lesson: attacker.session.lesson, tasks: [task!.id] }],
        ['POST', `${base}/tasks/${task!.id}`, passed.task],
        ['POST', `${base}/events`, passed],
      ] as const)
        await attacker.learner.request(method, path, body);
      const own = await attacker.learner.events(attacker.session.id);
      own.send(passed);
      await own.until('closed', () => own.closed !== undefined, 5_000).catch(() => undefined);
      assert.notEqual(own.closed, undefined, 'a verdict from a page was taken');
      const { body } = await attacker.learner.request('GET', '/api/me');
      const { progress } = body as { progress: Record<string, { tasks: string[] }> };
      assert.ok(!progress[attacker.session.lesson]?.tasks.includes(task!.id), 'the task counts as passed');
      assert.notEqual(attacker.events.task(task!.id)?.state, 'done');
      return undefined;
    },
  },
  {
    number: 28,
    title: 'Checks that loop, hang or throw',
    run: async (context) => {
      const data = dataFolder();
      try {
        await using server = await ServerProcess.start(data, { ...context.options, contentDir: LESSONS });
        await using seat = await Seat.take(server.url, MISBEHAVING);
        let slowest = 0;
        const over = new AbortController();
        const asking = (async () => {
          while (!over.signal.aborted) {
            const begun = performance.now();
            await seat.learner.request('GET', '/healthz');
            slowest = Math.max(slowest, performance.now() - begun);
            await sleep(50);
          }
        })();
        await seat.terminal.runs('touch go kept; echo "rea""dy"', 'ready\r\n');
        for (const task of ['loops', 'hangs', 'throws']) {
          const { verdict } = await seat.events.taskIs(task, 'broken', VERDICT_MS);
          assert.match(verdict?.message ?? '', /our fault, not yours/);
          assert.doesNotMatch(JSON.stringify(verdict), /secret/);
        }
        await seat.events.taskIs('keep', 'done', VERDICT_MS);
        over.abort();
        await asking;
        assert.ok(slowest < 1_000, `the server answered nobody for ${Math.round(slowest)} ms`);
        return `the server answered within ${Math.round(slowest)} ms all the while`;
      } finally {
        data[Symbol.dispose]();
      }
    },
  },
];
