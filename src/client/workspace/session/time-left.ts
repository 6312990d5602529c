import type { SessionView } from '../../../../sandbox-server/protocol/views.ts';

/** From here on the page says that time is running out. */
export const SOON_MS = 5 * 60_000;

export interface TimeLeft {
  ms: number;
  /** idle: it ends earlier than that unless it is used. */
  reason: 'expiry' | 'idle';
  soon: boolean;
}

/** What ends first, by the server's clock. Idle time counts only when it is short: using the lab renews it. */
export function timeLeft(session: Pick<SessionView, 'expiresAt' | 'idleEndsAt'>, serverNow: number): TimeLeft {
  const untilExpiry = Math.max(0, session.expiresAt - serverNow);
  const untilIdle = Math.max(0, session.idleEndsAt - serverNow);
  if (untilIdle < untilExpiry && untilIdle <= SOON_MS) return { ms: untilIdle, reason: 'idle', soon: true };
  return { ms: untilExpiry, reason: 'expiry', soon: untilExpiry <= SOON_MS };
}

/** `42:10`, `1:05:00` */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** `1.2 s`, for a step that took this long. */
export function stepTime(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
