import type { WatchView } from '../../../sandbox-server/protocol/watch.ts';
import type { LinkState } from '../workspace/session/reconnecting-socket.ts';

const OVER = 'This link leads nowhere any more: it was taken back, or the lab has ended. Ask for a new one.';

/** What the page says above the terminals. */
export function watchWords(watch: WatchView | undefined, link: LinkState): string {
  if (link === 'closed') return OVER;
  if (watch === undefined) return 'Looking for the lab…';
  if (link === 'waiting') return 'The connection is lost; it is tried again by itself.';
  if (watch.state !== 'ready') return 'The lab is not running just now.';
  return watch.mayType
    ? 'You see what the learner sees, and what you type goes into their terminal.'
    : 'You see what the learner sees. Nothing that you type goes anywhere.';
}
