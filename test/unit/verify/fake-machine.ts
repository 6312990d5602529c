import { createServer } from 'node:http';
import type { DisksCopy, SandboxRef } from '../../../sandbox-server/backend/backend.ts';
import { holderHello } from '../../support/holder-hello.ts';
import { PRINT_SHELL_STATE } from '../../../sandbox-server/verify/shell-state.ts';
import { FakeBackend, type FakeProcess } from '../grader/fake-backend.ts';

/** What the fake machine knows: names of files. */
export type World = Set<string>;

/** With a file of this name, a container is there and runs; a copy of the disk has it ended. */
export const CONTAINER = 'container';
const ENDED = 'ended-container';
/** Names that no undo takes away: what has happened. */
export const HISTORY = 'history';
/** Files in a container's memory: on no disk. Of the second one its command line speaks. */
export const IN_MEMORY = 'in-memory';
export const IN_ARGUMENTS = 'in-arguments';

function onDisk(world: World): World {
  const names = [...world].filter((name) => name !== IN_MEMORY && name !== IN_ARGUMENTS);
  return new Set(names.map((name) => (name === CONTAINER ? ENDED : name)));
}

class WorldCopy implements DisksCopy {
  readonly machines = ['host'];
  readonly world: World;
  isThere = true;

  constructor(world: World) {
    this.world = onDisk(world);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.isThere = false;
    return Promise.resolve();
  }
}

/**
 * A backend whose sandboxes have a shell that knows `touch`, `rm`, `false`, `;` and lines, prints the real shell's marks and what it says of
 * its own state, and runs checks of the form `test -e NAME`. All sandboxes that were made are in `worlds`.
 */
export class FakeMachines extends FakeBackend {
  readonly worlds = new Map<string, World>();
  readonly destroyed: string[] = [];
  readonly copies: WorldCopy[] = [];
  /** Worlds that were copied from; a new sandbox of none of them is empty. */
  readonly begunWith = new Map<string, string[]>();
  readonly #before = new Map<string, World>();
  readonly #worldOf = new WeakMap<object, World>();
  readonly #engine = createServer((request, response) => {
    const world = this.#worldOf.get(request.socket) ?? new Set();
    response.end(JSON.stringify(engineSays(request.url ?? '', world)) ?? '');
  });

  constructor() {
    super(() => undefined);
  }

  override create(spec?: { id: string }, { from }: { from?: DisksCopy } = {}) {
    const id = spec?.id ?? 'test';
    if (from instanceof WorldCopy && !from.isThere) throw new Error('the copy is gone');
    this.worlds.set(id, new Set(from instanceof WorldCopy ? from.world : []));
    if (from instanceof WorldCopy) this.begunWith.set(id, [...from.world]);
    return Promise.resolve({ id, machines: ['host'] });
  }

  override exec(...[sandbox, machine, command, options]: Parameters<FakeBackend['exec']>) {
    const world = this.worlds.get(sandbox.id) ?? new Set();
    const program = (process: FakeProcess) => {
      if (command[0]?.endsWith('drydock-pty')) return shell(process, world);
      if (command.includes('dial-stdio')) {
        this.#worldOf.set(process.stdin, world);
        return void this.#engine.emit('connection', process.stdin);
      }
      const script = command.at(-1) ?? '';
      if (command.includes('-c') && /kubectl|tar /.test(script)) return this.#cluster(process, sandbox.id, script);
      if (command.some((word) => word.includes('/proc/'))) return lookAtProcesses(process, world);
      if (command.at(-1)?.startsWith('ps ')) return lookAround(process, world);
      return check(process, world);
    };
    return new FakeBackend(program).exec(sandbox, machine, command, options);
  }

  /** A namespace with nothing in it, and files that can be brought back. */
  #cluster({ stdin, stdout, exit }: FakeProcess, id: string, script: string): void {
    stdin.resume();
    const world = this.worlds.get(id) ?? new Set();
    if (script.includes('--create')) this.#before.set(id, new Set(world));
    if (script.includes('--extract')) {
      for (const name of world) if (name !== HISTORY) world.delete(name);
      for (const name of this.#before.get(id) ?? []) world.add(name);
    }
    if (script.includes('-o json')) stdout.write('{"items":[]}');
    exit(0);
  }

  copyDisks(sandbox: SandboxRef): Promise<DisksCopy> {
    const copy = new WorldCopy(this.worlds.get(sandbox.id) ?? new Set());
    this.copies.push(copy);
    return Promise.resolve(copy);
  }

  override destroy(id: string) {
    this.destroyed.push(id);
    return Promise.resolve();
  }
}

function engineSays(url: string, world: World): unknown {
  if (url.includes('/events')) return undefined;
  if (url.includes('/info')) return { SystemTime: '2026-01-02T03:04:05Z' };
  const isThere = world.has(CONTAINER) || world.has(ENDED);
  if (url.includes('/containers/json')) return isThere ? [{ Id: 'c1' }] : [];
  const how = world.has(ENDED) ? { Status: 'exited', Pid: 0 } : { Status: 'running', Pid: 7 };
  if (url.endsWith('/start')) {
    world.delete(ENDED);
    world.add(CONTAINER);
    return undefined;
  }
  if (url.includes('/containers/c1/json'))
    return { Id: 'c1', HostConfig: {}, State: { ...how, StartedAt: '2026-01-02T03:04:05Z' } };
  return [];
}

/** Speaks the PTY holder's protocol (sandbox-server/terminal/held-shell.ts). */
function shell({ stdin, stdout }: FakeProcess, world: World): void {
  const prompt = () => stdout.write('\x1b]133;A\x07$ \x1b]133;B\x07');
  let typed = '';
  const type = (text: string) => {
    typed += text;
    const paste = /\x1b\[200~([\s\S]*)\x1b\[201~\r/.exec(typed);
    if (!paste) return;
    typed = '';
    stdout.write('\x1b]133;C\x07');
    let code = 0;
    if (paste[1] === PRINT_SHELL_STATE) stdout.write('state=1-1 folder= previous=.\n');
    for (const line of paste[1]!.split(/[\n;]/)) {
      code = runLine(line.trim(), world);
      if (code !== 0) stdout.write(`line failed\x1b]7770;${code}\x07`);
    }
    stdout.write(`\x1b]133;D;${code}\x07`);
    prompt();
  };
  let input = Buffer.alloc(0);
  stdin.on('data', (chunk: Buffer) => {
    input = Buffer.concat([input, chunk]);
    while (input.length >= 5 && input.length >= 5 + input.readUInt32BE(1)) {
      const end = 5 + input.readUInt32BE(1);
      const [kind, payload] = [input.toString('latin1', 0, 1), input.toString('utf8', 5, end)];
      input = input.subarray(end);
      if (kind === 'A') {
        stdout.write(holderHello());
        prompt();
      }
      if (kind === 'I') type(payload);
    }
  });
}

function runLine(line: string, world: World): number {
  const [command, name = ''] = line.split(' ');
  if (command === 'touch') world.add(name);
  if (command === 'rm') world.delete(name);
  return command === 'false' ? 1 : 0;
}

/** `… /bin/bash --noprofile --norc -c 'test -e NAME'` */
function check({ command, stdin, stdout, exit }: FakeProcess, world: World): void {
  stdin.resume();
  const name = /test -e (\S+)/.exec(command.at(-1) ?? '')?.[1];
  // What makes a sandbox ready.
  if (name === undefined) return exit(0);
  const found = world.has(name);
  if (!found) stdout.write(`There is no ${name}, only: ${[...world].join(' ')}`);
  exit(found ? 0 : 1);
}

/** Something runs in the background for as long as there is a file with this name. */
export const RUNNING = 'running';

function lookAround({ stdin, stdout, exit }: FakeProcess, world: World): void {
  stdin.resume();
  stdout.write(world.has(RUNNING) ? 'a program\n' : '');
  exit(0);
}

function lookAtProcesses({ stdin, stdout, exit }: FakeProcess, world: World): void {
  stdin.resume();
  if (world.has(CONTAINER)) stdout.write(`process 7 1 program ${world.has(IN_ARGUMENTS) ? IN_ARGUMENTS : ''}\n`);
  exit(0);
}
