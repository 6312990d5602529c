import type { FastifyReply, FastifyRequest } from 'fastify';
import { LEARNER_COOKIE, LEARNER_COOKIE_SECONDS, learnerOf, newToken } from '../auth/learner.ts';
import type { GatewayServices } from './services.ts';

type Identities = Pick<GatewayServices, 'store'>;

/** The learner whom a cookie's token stands for, unless they wanted to be forgotten: no copy of it lets anybody in again. */
export function knownLearner(token: string | undefined, { store }: Identities): string | undefined {
  const learner = learnerOf(token);
  return learner === undefined || store.isForgotten(learner) ? undefined : learner;
}

/** The learner of a request, if it has a cookie of ours. */
export function currentLearner(request: FastifyRequest, identities: Identities): string | undefined {
  return knownLearner(request.cookies[LEARNER_COOKIE], identities);
}

/** The learner of a request; somebody new gets a cookie. */
export function ensureLearner(request: FastifyRequest, reply: FastifyReply, identities: Identities): string {
  const known = currentLearner(request, identities);
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
