import { createHash, randomBytes } from 'node:crypto';

/** The cookie that tells one browser's learner from another's. HttpOnly; sent to this site only. */
export const LEARNER_COOKIE = 'drydock_learner';
/** A course may be gone through over a long time. */
export const LEARNER_COOKIE_SECONDS = 365 * 24 * 3600;

const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/**
 * The learner that a cookie's token stands for; undefined for anything that is not a token of ours. The store knows
 * only the hash, so a copy of the database lets nobody in.
 */
export function learnerOf(token: string | undefined): string | undefined {
  if (token === undefined || !TOKEN.test(token)) return undefined;
  return createHash('sha256').update(token).digest('base64url').slice(0, 22);
}
