import assert from 'node:assert/strict';
import { join } from 'node:path';
import Docker from 'dockerode';
import { ROOT } from '../../scripts/options.ts';
import type { ImageSet } from '../../sandbox-server/setup/types.ts';
import { ServerProcess } from '../support/server-process.ts';
import { dataFolder, type DataFolder } from '../support/test-server.ts';
import { inWords, watchEcho } from './echo-watch.ts';
import { Seat } from './seat.ts';

/** What a neighbour may feel of an attack at most: a second until a key is echoed. */
const NEIGHBOUR_ECHO_MS = 1_000;

export interface AbuseOptions {
  dockerodeOptions: object;
  images: ImageSet;
  /** The built site. */
  siteDir: string;
}

/** A running server with two learners on it: one who attacks, and a neighbour who wants to work. */
export class AbuseContext implements AsyncDisposable {
  readonly options: AbuseOptions;
  readonly data: DataFolder;
  readonly server: ServerProcess;
  /** The engine under the sandboxes, to look at attempts from outside. */
  readonly docker: Docker;
  readonly neighbour: Seat;
  #attacker: Seat | undefined;

  private constructor(options: AbuseOptions, data: DataFolder, server: ServerProcess, neighbour: Seat) {
    this.options = options;
    this.data = data;
    this.server = server;
    this.docker = new Docker(options.dockerodeOptions);
    this.neighbour = neighbour;
  }

  static async start(options: AbuseOptions): Promise<AbuseContext> {
    const data = dataFolder();
    const server = await ServerProcess.start(data, { ...options, contentDir: join(ROOT, 'content') });
    try {
      return new AbuseContext(options, data, server, await Seat.take(server.url));
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  get url(): string {
    return this.server.url;
  }

  /** Marks everything of this server on the engine. */
  get owner(): string {
    return this.data.owner;
  }

  /** The attacker at a machine that works: the one of the attempt before when it survived, else a fresh one. */
  async attacker(): Promise<Seat> {
    if (this.#attacker?.alive !== true) await this.freshAttacker();
    return this.#attacker!;
  }

  /** The attacker at a machine that nobody has touched. */
  async freshAttacker(): Promise<Seat> {
    await this.dismissAttacker();
    return (this.#attacker = await Seat.take(this.url));
  }

  /** Ends the attacker's session: what an attempt has broken is not the next one's. */
  async dismissAttacker(): Promise<void> {
    await this.#attacker?.[Symbol.asyncDispose]();
    this.#attacker = undefined;
  }

  /** Makes an attack while the neighbour types; fails when a key took too long to be echoed. Tells how long they took. */
  async whileNeighbourTypes(attack: () => Promise<void>): Promise<string> {
    const over = new AbortController();
    const watching = watchEcho(this.neighbour.terminal, over.signal);
    try {
      await attack();
    } finally {
      over.abort();
      await watching;
    }
    const seen = await watching;
    assert.ok(seen.max < NEIGHBOUR_ECHO_MS, `the neighbour waited ${Math.round(seen.max)} ms for a key’s echo`);
    assert.ok(this.neighbour.alive, 'the neighbour lost the session');
    return inWords(seen);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dismissAttacker();
    this.neighbour.events.close();
    this.neighbour.terminal.socket.close();
    await this.server[Symbol.asyncDispose]();
    this.data[Symbol.dispose]();
  }
}
