import { randomBytes } from 'node:crypto';
import { DrydockError } from '../errors.ts';
import type { ShareView } from '../protocol/views.ts';

/** Links of one session. A class and its instructor need one or two. */
const MAX_SHARES = 5;
/** Nobody guesses 128 bits. */
const TOKEN_BYTES = 16;

export interface Share {
  readonly id: string;
  /** Who knows it is let in. */
  readonly token: string;
  readonly mayType: boolean;
}

/** Who else may look at a session's terminals: links that the learner hands out and takes back. They end with the server. */
export class Shares {
  readonly #onChange: () => void;
  readonly #all = new Map<string, Share & { watchers: number }>();

  /** `onChange`: a link was made or taken back, or somebody came or went. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  create(mayType: boolean): Share {
    if (this.#all.size >= MAX_SHARES) throw new DrydockError('too-many-shares');
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const share = { id: randomBytes(4).toString('hex'), token, mayType, watchers: 0 };
    this.#all.set(share.id, share);
    this.#onChange();
    return share;
  }

  find(token: string): Share | undefined {
    return [...this.#all.values()].find((share) => share.token === token);
  }

  /** False when there is no such link. */
  revoke(id: string): boolean {
    const gone = this.#all.delete(id);
    if (gone) this.#onChange();
    return gone;
  }

  /** Somebody looks by this link, until disposed. */
  watch(id: string): Disposable {
    this.#count(id, 1);
    return { [Symbol.dispose]: () => this.#count(id, -1) };
  }

  views(): ShareView[] {
    return [...this.#all.values()].map(({ id, mayType, watchers }) => ({ id, mayType, watchers }));
  }

  #count(id: string, change: number): void {
    const share = this.#all.get(id);
    if (share === undefined) return;
    share.watchers += change;
    this.#onChange();
  }
}
