import type { MeView, SessionView } from '../../sandbox-server/protocol/views.ts';
import type { Learner } from '../support/learner.ts';
import type { Random } from './random.ts';

/** A learner who starts, resets and stops a lab, and does not mind when. */
export class Visitor {
  readonly learner: Learner;
  readonly #lesson: string;
  readonly #random: Random;
  /** The session that the server has confirmed and nobody has asked to end. */
  session: string | undefined;

  constructor(learner: Learner, lesson: string, random: Random) {
    this.learner = learner;
    this.#lesson = lesson;
    this.#random = random;
  }

  /** Does something; the server may be killed in the midst of it. Resolves to what it was. */
  async act(): Promise<string> {
    const { session } = this;
    const deed = session === undefined ? 'start' : this.#random.pick(['reset', 'reset', 'stop'] as const);
    try {
      if (session === undefined) {
        const { body, status } = await this.learner.request('POST', '/api/sessions', { lesson: this.#lesson });
        if (status === 201) this.session = (body as SessionView).id;
      } else if (deed === 'reset') {
        await this.learner.request('POST', `/api/sessions/${session}/reset`);
      } else {
        // From here on it may be gone or not: both are right until the server has answered.
        this.session = undefined;
        await this.learner.request('DELETE', `/api/sessions/${session}`);
      }
    } catch {
      // Killed: whether it was done shows when the server is back.
    }
    return deed;
  }

  /** The server is back: what it says of this learner's lab. False when a session that was confirmed is not there. */
  async looksAgain(): Promise<boolean> {
    const { body } = await this.learner.request('GET', '/api/me');
    const found = (body as MeView).sessions.find(({ lesson }) => lesson === this.#lesson);
    const lost = this.session !== undefined && found?.id !== this.session;
    this.session = found?.id;
    return !lost;
  }
}
