import type { QueueView } from '../../../../sandbox-server/protocol/views.ts';

const MINUTE = 60_000;

const WHY: Record<QueueView['why'], string> = {
  places: 'All machines are taken at the moment.',
  memory: 'The server is short of memory at the moment, so it starts no new machine.',
  disk: 'The server is short of disk space at the moment, so it starts no new machine.',
  turn: 'Many labs are starting at the same moment.',
};

/** `You are next.`, `2 learners are before you.` */
export function placeWords(place: number): string {
  if (place <= 1) return 'You are next.';
  return place === 2 ? 'One learner is before you.' : `${place - 1} learners are before you.`;
}

/** `in about 4 minutes`; nothing when nobody knows. */
export function waitWords({ startsAt }: Pick<QueueView, 'startsAt'>, serverNow: number): string {
  if (startsAt === undefined) return '';
  const ms = startsAt - serverNow;
  if (ms <= 15_000) return 'any moment now';
  if (ms <= 90_000) return 'in about a minute';
  const minutes = Math.round(ms / MINUTE);
  return minutes <= 90 ? `in about ${minutes} minutes` : `in about ${Math.round(minutes / 60)} hours`;
}

/** Why there is a queue. */
export function whyWords(why: QueueView['why']): string {
  return WHY[why];
}
