import type { SocketEnvironment } from './reconnecting-socket.ts';

/** The browser's sockets and timers. A page that is looked at again, or a network that returns, retries at once. */
export function browserEnvironment(): SocketEnvironment {
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const retry of waiting) retry();
  };
  window.addEventListener('online', wake);
  window.addEventListener('pageshow', wake);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) wake();
  });
  return {
    connect: (url) => new WebSocket(new URL(url, location.href)),
    setTimeout: (run, ms) => window.setTimeout(run, ms),
    clearTimeout: (timer) => window.clearTimeout(timer),
    random: Math.random,
    now: Date.now,
    wake,
    onWake: (retry) => {
      waiting.add(retry);
      return () => waiting.delete(retry);
    },
  };
}
