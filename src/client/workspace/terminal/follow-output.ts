import type { Terminal } from '@xterm/xterm';

/** A gesture's scrolling is over after this; then the place says whether the newest line is still wanted. */
const GESTURE_MS = 200;
const GESTURES = ['wheel', 'pointerdown', 'pointerup', 'touchmove', 'keydown'] as const;

/**
 * Keeps the newest line in view until the learner scrolls away from it. xterm.js does so by itself, but takes a resize
 * while it is out of sight (the sheet is closed, another tab is in front) for the learner's scrolling.
 */
export class FollowOutput {
  readonly #terminal: Terminal;
  readonly #element: HTMLElement;
  readonly #onGesture = () => this.pause();
  #following = true;
  #timer: number | undefined;

  constructor(terminal: Terminal, element: HTMLElement) {
    this.#terminal = terminal;
    this.#element = element;
    for (const gesture of GESTURES)
      element.addEventListener(gesture, this.#onGesture, { passive: true, capture: true });
    terminal.onRender(() => this.#catchUp());
    terminal.onData(() => this.resume());
  }

  /** Something may scroll the terminal on purpose: where it comes to rest counts. */
  pause(): void {
    this.#following = false;
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      const { viewportY, baseY } = this.#terminal.buffer.active;
      this.#following = viewportY >= baseY;
    }, GESTURE_MS);
  }

  /** Typing goes to the newest line. */
  resume(): void {
    window.clearTimeout(this.#timer);
    this.#following = true;
    this.#catchUp();
  }

  #catchUp(): void {
    const { viewportY, baseY } = this.#terminal.buffer.active;
    if (this.#following && viewportY < baseY) this.#terminal.scrollToBottom();
  }

  dispose(): void {
    window.clearTimeout(this.#timer);
    for (const gesture of GESTURES) this.#element.removeEventListener(gesture, this.#onGesture, { capture: true });
  }
}
