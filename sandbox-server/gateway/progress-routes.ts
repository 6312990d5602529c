import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { DrydockError } from '../errors.ts';
import type { MeView } from '../protocol/views.ts';
import { LEARNER_COOKIE } from '../auth/learner.ts';
import { CLOSE } from '../protocol/close-codes.ts';
import { currentLearner, ensureLearner } from './identity.ts';
import { idSchema, parseBody } from './parse.ts';
import type { GatewayServices } from './services.ts';

const meQuery = z.object({ lesson: idSchema.optional() });
const visitBody = z.object({ lesson: idSchema });
const quizBody = z.object({ lesson: idSchema, question: idSchema, choice: idSchema, right: z.boolean() });

export function progressRoutes(app: FastifyInstance, services: GatewayServices): void {
  const { store, sessions, lessons, clock, sockets, log } = services;
  const known = (lesson: string) => {
    if (!lessons.has(lesson)) throw new DrydockError('unknown-lesson');
    return lesson;
  };

  /** Reading goes on, whatever keeps the lab's needs from being known. */
  const unmetNeeds = async (lesson: string | undefined) => {
    if (lesson === undefined || sessions === undefined) return undefined;
    const unmet = await sessions.unmetNeeds(lesson).catch((error: unknown) => {
      log.debug({ lesson, err: error }, 'no lab whose needs are known');
      return undefined;
    });
    return unmet?.view();
  };

  /** With `?lesson=` it also says what stands in the way of that lesson's lab. */
  app.get('/api/me', async (request, reply): Promise<MeView> => {
    const { lesson } = parseBody(meQuery, request.query);
    const learner = ensureLearner(request, reply, services);
    reply.header('cache-control', 'no-store');
    const unmet = await unmetNeeds(lesson);
    const { lessons: progress, lastLesson } = store.progress(learner);
    return {
      progress,
      sessions: (sessions?.of(learner) ?? []).map((session) => session.view()),
      ...(lastLesson === undefined ? {} : { lastLesson }),
      ...(unmet === undefined ? {} : { unmetNeeds: unmet }),
    };
  });

  /** Signs out for good: labs end, what was kept of the learner is removed, and no copy of the cookie lets anybody in again. */
  app.delete('/api/me', async (request, reply) => {
    const learner = currentLearner(request, services);
    if (learner !== undefined) {
      store.forget(learner, clock.now());
      sockets.close({ learner }, CLOSE.revoked, 'signed out');
      await Promise.all((sessions?.of(learner) ?? []).map((session) => session.stop()));
    }
    return reply.clearCookie(LEARNER_COOKIE, { path: '/' }).code(204).send();
  });

  app.put('/api/progress/visit', async (request, reply) => {
    const { lesson } = parseBody(visitBody, request.body);
    const learner = ensureLearner(request, reply, services);
    store.recordVisit(learner, known(lesson), clock.now());
    // A lesson without a lab is no fault of the reader's.
    sessions?.expect(learner, lesson).catch((error: unknown) => log.debug({ lesson, err: error }, 'no lab to expect'));
    return reply.code(204).send();
  });

  app.put('/api/progress/quiz', async (request, reply) => {
    const { lesson, question, choice, right } = parseBody(quizBody, request.body);
    store.recordQuiz(ensureLearner(request, reply, services), known(lesson), question, {
      choice,
      right,
      at: clock.now(),
    });
    return reply.code(204).send();
  });
}
