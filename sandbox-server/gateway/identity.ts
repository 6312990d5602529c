import type { FastifyReply, FastifyRequest } from 'fastify';
import { LEARNER_COOKIE, LEARNER_COOKIE_SECONDS, learnerOf, newToken } from '../auth/learner.ts';

/** The learner of a request, if it has a cookie of ours. */
export function currentLearner(request: FastifyRequest): string | undefined {
  return learnerOf(request.cookies[LEARNER_COOKIE]);
}

/** The learner of a request; somebody new gets a cookie. */
export function ensureLearner(request: FastifyRequest, reply: FastifyReply): string {
  const known = currentLearner(request);
  if (known !== undefined) return known;
  const token = newToken();
  reply.setCookie(LEARNER_COOKIE, token, {
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
    path: '/',
    maxAge: LEARNER_COOKIE_SECONDS,
  });
  const learner = learnerOf(token);
  if (learner === undefined) throw new Error('a new token was not one of ours');
  return learner;
}
