import { createServer } from 'node:http';
import type { DisksCopy, SandboxRef } from '../../../sandbox-server/backend/backend.ts';
import { holderHello } from '../../support/holder-hello.ts';
import { PRINT_SHELL_STATE } from '../../../sandbox-server/verify/shell-state.ts';
import { FakeBackend, type FakeProcess } from '../grader/fake-backend.ts';

/** What the fake machine knows: names of files. */
export type World = Set<string>;

class WorldCopy implements DisksCopy {
  readonly machines = ['host'];
  readonly world: World;
  isThere = true;

  constructor(world: World) {
    this.world = new Set(world);
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
  readonly #engine = createServer((request, response) => {
    if (request.url?.includes('/events')) response.end();
    else response.end(JSON.stringify(request.url?.includes('/info') ? { SystemTime: '2026-01-02T03:04:05Z' } : []));
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
      if (command.includes('dial-stdio')) return void this.#engine.emit('connection', process.stdin);
      if (command.at(-1)?.startsWith('ps ')) return lookAround(process, world);
      return check(process, world);
    };
    return new FakeBackend(program).exec(sandbox, machine, command, options);
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
