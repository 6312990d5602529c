import { CLOSE } from '../protocol/close-codes.ts';
import { clampSize, HIGH_WATER_BYTES, KEPT_BYTES, LOW_WATER_BYTES, type TerminalSize } from '../protocol/terminal.ts';
import { CommandMarks } from './command-marks.ts';
import type { HeldShell } from './held-shell.ts';
import { InputQueue } from './input-queue.ts';
import { OutputLog } from './output-log.ts';
import { ShellSize } from './shell-size.ts';
import { Viewer, type ViewerSink } from './viewer.ts';
import { Viewers } from './viewers.ts';

/** Typed input that the shell has not taken yet, of each viewer: pages stay far below (INPUT_WINDOW_BYTES), a flood does not. */
const MAX_PENDING_INPUT_BYTES = 2 * 1024 * 1024;

export interface TerminalOptions {
  /** Connects to the shell's PTY holder, which gives what was printed from this offset on, as far as it is kept. */
  open: (from: number) => Promise<HeldShell>;
  onCommandEnd: (exitCode: number | null) => void;
  /** Something was typed. */
  onInput: () => void;
  /** The shell ended. */
  onExit: (code: number) => void;
}

/**
 * One terminal: a stream of bytes with offsets, and everybody who looks at it (protocol/terminal.ts has the rules).
 *
 * Flow: reading from the container stops when the viewer that is furthest ahead lags by HIGH_WATER_BYTES, so a stalled viewer
 * holds nobody up; it gets what it lacks from the log, or is told how much of it is gone. Without viewers the stream runs on
 * into the log.
 */
export class Terminal {
  readonly #options: TerminalOptions;
  readonly #viewers = new Viewers();
  readonly #marks: CommandMarks;
  readonly #input = new InputQueue();
  readonly #size = new ShellSize();
  #log = new OutputLog(KEPT_BYTES);
  #epoch = '';
  /** What lies before this was printed before the server knew the shell. */
  #liveFrom = 0;
  #stream: HeldShell | undefined;
  #opening: Promise<void> | undefined;
  #ended = false;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#marks = new CommandMarks(options.onCommandEnd);
  }

  /** Offsets count within one life of the shell; empty until it was opened. */
  get epoch(): string {
    return this.#epoch;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get size(): TerminalSize {
    return this.#size.settled;
  }

  /** Opens the shell; the first viewer does it too. Safe to call again. */
  open(): Promise<void> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  /**
   * A page begins to look, once the terminal was opened. `resume`: the epoch and offset it knows, when it comes back. After a
   * restart of the server that offset may be one that the log has yet to reach again.
   */
  attach(sink: ViewerSink, options: { readOnly?: boolean; resume?: { epoch: string; offset: number } } = {}): Viewer {
    const { resume, readOnly = false } = options;
    const resumed = resume !== undefined && resume.epoch === this.#epoch;
    const wanted = resumed ? resume.offset : this.#log.start;
    const from = Math.max(wanted, this.#log.start);
    const missed = resumed ? from - wanted : this.#log.start;
    const viewer = new Viewer({
      sink,
      readOnly,
      log: this.#log,
      from,
      onMissed: (v, gone) => this.#hello(v, this.#log.start, gone, true),
    });
    this.#viewers.add(viewer);
    this.#hello(viewer, from, missed, resumed);
    viewer.push();
    return viewer;
  }

  detach(viewer: Viewer): void {
    if (!this.#viewers.delete(viewer)) return;
    this.#settleSize();
    this.#flow();
  }

  /** Keys, a paste or the mouse. A page that goes on although the shell takes nothing is sent away. */
  input(viewer: Viewer, bytes: Buffer): void {
    if (viewer.readOnly || this.#ended) return;
    if (viewer.pendingInput + bytes.length > MAX_PENDING_INPUT_BYTES) {
      this.detach(viewer);
      viewer.sink.close(CLOSE.tooMany, 'more was typed than the shell takes');
      return;
    }
    this.#options.onInput();
    this.#viewers.used(viewer);
    viewer.typed(bytes.length);
    this.#input.push(bytes, viewer);
    this.#drainInput();
  }

  /** What a viewer's terminal answers by itself: one viewer's count, and it is nobody's use of the lab. */
  reply(viewer: Viewer, data: string): void {
    if (viewer === this.#viewers.answerer) this.write(Buffer.from(data));
  }

  /** Types. False when too much is waiting to be taken: the bytes are dropped. */
  write(bytes: Buffer): boolean {
    if (this.#ended || this.#input.bytes + bytes.length > MAX_PENDING_INPUT_BYTES) return false;
    this.#input.push(bytes);
    this.#drainInput();
    return true;
  }

  resize(viewer: Viewer, cols: number, rows: number): void {
    if (viewer.readOnly) return;
    viewer.size = clampSize(cols, rows);
    // A viewer draws at the settled size only, so one whose wish changed nothing needs to hear it too.
    if (!this.#settleSize()) viewer.sink.message({ type: 'size', ...this.size });
  }

  /** The viewer's page came into view, or went out of it. */
  looking(viewer: Viewer, on: boolean): void {
    if (viewer.looking === on) return;
    viewer.looking = on;
    if (on) this.#viewers.used(viewer);
    this.#settleSize();
  }

  ack(viewer: Viewer, offset: number): void {
    viewer.ack(offset);
    this.#flow();
  }

  /** The learner's shell is over, or the session is. Safe to call twice. */
  close(code: number = CLOSE.ended, reason = 'the terminal was closed'): void {
    this.#ended = true;
    this.#stream?.close();
    this.#viewers.close(code, reason);
  }

  #hello(viewer: Viewer, offset: number, missed: number, resumed: boolean): void {
    viewer.sink.message({
      type: 'hello',
      epoch: this.#epoch,
      offset,
      liveFrom: Math.max(this.#log.end, this.#liveFrom),
      missed,
      resumed,
      readOnly: viewer.readOnly,
      ...this.size,
    });
  }

  async #open(): Promise<void> {
    const stream = await this.#options.open(this.#log.end);
    if (stream.epoch !== this.#epoch || stream.offset !== this.#log.end)
      this.#log = new OutputLog(KEPT_BYTES, stream.offset);
    this.#epoch = stream.epoch;
    this.#liveFrom = stream.newest;
    if (this.#ended) {
      stream.close();
      return;
    }
    this.#stream = stream;
    stream.stderr.resume();
    stream.stream.on('data', (chunk: Buffer) => this.#onOutput(chunk));
    stream.stream.resume();
    stream.stream.on('drain', () => this.#drainInput());
    void stream.exit.then((code) => this.#onExit(stream, code));
    this.#size.apply(stream);
    this.#drainInput();
  }

  #onOutput(chunk: Buffer): void {
    this.#log.append(chunk);
    for (const viewer of this.#viewers) viewer.push();
    this.#flow();
    this.#marks.scan(chunk);
  }

  #onExit(stream: HeldShell, code: number | null): void {
    if (this.#stream !== stream || this.#ended) return;
    if (code === null) {
      // The connection broke, not the shell: whoever comes back opens it again.
      this.#stream = undefined;
      this.#opening = undefined;
      this.#viewers.close(CLOSE.sandboxGone, 'the connection to the sandbox broke');
      return;
    }
    this.#viewers.tell({ type: 'exit', code });
    this.close(CLOSE.ended, 'the shell ended');
    this.#options.onExit(code);
  }

  #flow(): void {
    const stream = this.#stream?.stream;
    if (stream === undefined) return;
    const { lag } = this.#viewers;
    if (lag >= HIGH_WATER_BYTES && !stream.isPaused()) stream.pause();
    else if (lag <= LOW_WATER_BYTES && stream.isPaused()) stream.resume();
  }

  #drainInput(): void {
    if (this.#stream !== undefined) this.#input.drainInto(this.#stream.stream);
  }

  /** Tells everybody the size that follows from theirs. False when it is what it was. */
  #settleSize(): boolean {
    const { size } = this.#viewers;
    if (size === undefined || !this.#size.settle(size)) return false;
    this.#viewers.tell({ type: 'size', ...size });
    if (this.#stream !== undefined) this.#size.apply(this.#stream);
    return true;
  }
}
