import type { IncomingMessage } from 'node:http';
import { LEARNER_COOKIE } from '../auth/learner.ts';
import { allowedHost, sameOrigin } from '../auth/origin.ts';
import { DrydockError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import type { Share } from '../session/shares.ts';
import { knownLearner } from './identity.ts';
import type { SocketPass } from './open-sockets.ts';
import type { GatewayServices } from './services.ts';

const OWN = /^\/api\/sessions\/([a-z0-9]{1,64})\/(?:events|terminals\/([a-z0-9]{1,64})\/stream)$/;
const WATCHED = /^\/api\/watch\/([\w-]{1,64})\/(?:events|terminals\/([a-z0-9]{1,64})\/stream)$/;

export type ParseCookies = (header: string) => Record<string, string | undefined>;

/** Where an upgrade leads, for somebody who may go there. */
export interface Admitted {
  session: Session;
  /** Undefined: to the events. */
  terminal: string | undefined;
  /** Let in by a link, and not as the session's own learner. */
  share: Share | undefined;
  pass: SocketPass;
  query: URLSearchParams;
}

/** Whose session, which terminal? Throws what the handshake is refused with. */
export function admit(request: IncomingMessage, services: GatewayServices, parseCookies: ParseCookies): Admitted {
  const { headers } = request;
  if (!allowedHost(headers.host, services.config.host) || !sameOrigin(headers.origin, headers.host)) {
    throw new DrydockError('foreign-origin');
  }
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
  const [, id, ownTerminal] = OWN.exec(pathname) ?? [];
  const [, token, watchedTerminal] = WATCHED.exec(pathname) ?? [];
  if (id === undefined && token === undefined) throw new DrydockError('not-found');
  if (services.sessions === undefined) throw new DrydockError('no-engine');
  const { session, share } =
    token === undefined
      ? { session: ownSession(id ?? '', headers.cookie, services, parseCookies), share: undefined }
      : services.sessions.shared(token);
  const terminal = ownTerminal ?? watchedTerminal;
  if (terminal !== undefined) session.terminal(terminal);
  const by = share === undefined ? { learner: session.learner } : { share: share.id };
  return { session, terminal, share, pass: { session: session.id, ...by }, query };
}

function ownSession(
  id: string,
  cookie: string | undefined,
  services: GatewayServices,
  parseCookies: ParseCookies,
): Session {
  const learner = knownLearner(parseCookies(cookie ?? '')[LEARNER_COOKIE], services);
  if (services.sessions === undefined) throw new DrydockError('no-engine');
  return services.sessions.get(learner, id);
}
