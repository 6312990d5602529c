import type { SocketEnvironment } from './reconnecting-socket.ts';

/** The browser's sockets and timers. A page that is looked at again, or a network that returns, retries at once. */
export function browserEnvironment(): SocketEnvironment {
  return {
    connect: (url) => new WebSocket(new URL(url, location.href)),
    setTimeout: (run, ms) => window.setTimeout(run, ms),
    clearTimeout: (timer) => window.clearTimeout(timer),
    random: Math.random,
    now: Date.now,
    onWake: (retry) => {
      const onVisible = () => {
        if (!document.hidden) retry();
      };
      window.addEventListener('online', retry);
      window.addEventListener('pageshow', retry);
      document.addEventListener('visibilitychange', onVisible);
      return () => {
        window.removeEventListener('online', retry);
        window.removeEventListener('pageshow', retry);
        document.removeEventListener('visibilitychange', onVisible);
      };
    },
  };
}
