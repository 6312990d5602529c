import type Docker from 'dockerode';
import { DrydockError } from '../../errors.ts';
import { LABEL } from './labels.ts';

/**
 * What a sandbox has on the host for itself. The kernel counts inotify instances, keys, pipe pages, message queues and
 * processes for each user id: with ids of its own, no sandbox feels what another one uses up.
 */
export interface Slot {
  number: number;
  /**
   * The learner's user and group, outside and in both containers; inner containers' root is this one too. Their other users
   * are 65,536 ids that images/engine has for each slot. A sandbox that begins with a copy of another's disks has that one's.
   */
  uid: number;
  /** The network's addresses: room for 29 containers. Docker's own pools hold about 31 networks in all. */
  subnet: string;
}

/**
 * Ids that systemd leaves to nobody (https://systemd.io/UIDS-GIDS/). They are small enough to exist inside inner containers
 * as well, where an archive of the learner's files is unpacked with the ids that it names.
 */
const FIRST_UID = 60_578;
/** Of 10.212.0.0/16, in networks of 32 addresses. No inner engine uses 10.212, nor does Docker by itself. */
const SLOTS = 600;
const ADDRESSES = 32;

/** The user id of the sandbox whose network has these labels. */
export function userOf(labels: Record<string, string> | undefined): number {
  return Number(labels?.[LABEL.user] ?? slotOf(Number(labels?.[LABEL.slot])).uid);
}

export function slotOf(number: number): Slot {
  const address = number * ADDRESSES;
  return { number, uid: FIRST_UID + number, subnet: `10.212.${address >> 8}.${address & 255}/27` };
}

/** Hands out slots. A slot is taken for as long as a network of its number is on the engine, whoever made it. */
export class Slots {
  readonly #docker: Docker;
  /** Taken by this process, with a network that is not there yet. */
  readonly #reserved = new Set<number>();

  constructor(docker: Docker) {
    this.#docker = docker;
  }

  /** Makes a sandbox's network with `make` in a slot that is free. That the engine refuses it tells of a race that was lost. */
  async take<T>(make: (slot: Slot) => Promise<T>): Promise<{ slot: Slot; made: T }> {
    const taken = await this.#taken();
    for (let number = 0; number < SLOTS; number++) {
      const slot = slotOf(number);
      if (taken.has(number) || this.#reserved.has(number)) continue;
      this.#reserved.add(number);
      try {
        return { slot, made: await make(slot) };
      } catch (error) {
        if (!isAddressTaken(error)) throw error;
      } finally {
        this.#reserved.delete(number);
      }
    }
    throw new DrydockError('at-capacity', { detail: 'The engine has no network left for another lab.' });
  }

  async #taken(): Promise<Set<number>> {
    const networks = await this.#docker.listNetworks({ filters: { label: [LABEL.slot] } });
    return new Set(networks.map(({ Labels }) => Number(Labels?.[LABEL.slot])));
  }
}

function isAddressTaken(error: unknown): boolean {
  return /pool overlaps|conflicts with network/i.test(String(error));
}
