import type { Config } from '../config.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { StatusView } from '../protocol/views.ts';
import type { SessionRegistry } from '../session/registry.ts';
import type { PageServer } from './page-server.ts';
import type { OpenSockets } from './open-sockets.ts';
import type { Store } from '../store/store.ts';

/** What routes and sockets work with. */
export interface GatewayServices {
  config: Pick<Config, 'host' | 'siteDir'>;
  store: Store;
  clock: Clock;
  log: Log;
  /** Undefined while there is no engine: the site is there to read. */
  sessions: SessionRegistry | undefined;
  /** Can labs start, and if not, why? Asked on every status request. */
  status: () => Promise<StatusView>;
  sockets: OpenSockets;
  /** Ids of all lessons. */
  lessons: Pick<ReadonlySet<string>, 'has'>;
  /** Where pages come from while they are written; default the built site. */
  pages?: PageServer;
}
