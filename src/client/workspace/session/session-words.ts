import type { SessionState } from '../../../../sandbox-server/protocol/views.ts';
import type { LinkState } from './reconnecting-socket.ts';

/** busy: wait; good: go on; warn: look; off: nothing runs; bad: something is wrong. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'off';

export interface SessionWords {
  /** One word for the chip. */
  word: string;
  tone: Tone;
  title: string;
  /** What it means and what comes next. */
  sentence: string;
}

const WORDS: Record<SessionState, SessionWords> = {
  queued: {
    word: 'Queued',
    tone: 'busy',
    title: 'Waiting for a free place',
    sentence: 'All machines are taken at the moment. Yours starts by itself as soon as one is free; read on meanwhile.',
  },
  starting: {
    word: 'Starting',
    tone: 'busy',
    title: 'Starting your lab',
    sentence: 'A machine of your own, with its own Docker Engine. This takes a few seconds.',
  },
  ready: {
    word: 'Running',
    tone: 'good',
    title: 'Your lab is running',
    sentence: 'Type in the terminal, or run the blocks of the lesson.',
  },
  resetting: {
    word: 'Resetting',
    tone: 'busy',
    title: 'Resetting your lab',
    sentence: 'The old machine is thrown away and a fresh one takes its place. Finished tasks stay finished.',
  },
  recovering: {
    word: 'Restarting',
    tone: 'busy',
    title: 'Bringing your machine back',
    sentence: 'It is started again with its files. What ran in it has ended.',
  },
  stopping: {
    word: 'Stopping',
    tone: 'busy',
    title: 'Stopping your lab',
    sentence: 'The machine and all that is in it is being removed. Finished tasks stay finished.',
  },
  ended: {
    word: 'Ended',
    tone: 'off',
    title: 'Your lab has ended',
    sentence: 'Its machine is gone; finished tasks stay finished. Start it again for a fresh one.',
  },
  failed: {
    word: 'Failed',
    tone: 'bad',
    title: 'Your lab has failed',
    sentence: 'The machine is not usable. Start again for a fresh one; finished tasks stay finished.',
  },
};

const RECONNECTING: SessionWords = {
  word: 'Reconnecting',
  tone: 'warn',
  title: 'The connection is lost',
  sentence: 'Your lab goes on without this page. As soon as the server answers you are back where you were.',
};

/** The state as a learner should see it: a session whose server can't be heard may be in any state. */
export function sessionWords(state: SessionState, link: LinkState): SessionWords {
  const final = state === 'ended' || state === 'failed';
  return link === 'waiting' && !final ? RECONNECTING : WORDS[state];
}

export function isOver(state: SessionState): boolean {
  return state === 'ended' || state === 'failed';
}
