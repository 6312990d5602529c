import type { Saved } from './saved.ts';

/** Closer to the top than this, there is no place worth coming back to. */
const WORTH_KEEPING_PX = 400;
const SAVE_EVERY_MS = 500;

interface Place {
  /** Which block of the text was at the top. */
  block: number;
  /** How far it had been scrolled, as a part of its height: the same on another screen. */
  part: number;
}

/** Brings a reader who returns to a lesson back to where they were, and says so quietly. */
export function setUpPlace(page: Document, lesson: string, saved: Saved, arrivedByLink: boolean): void {
  const article = page.querySelector('article');
  if (article === null) return;
  const key = `place.${lesson}`;
  const blocks = [...article.children];
  const place = parsePlace(saved.read(key));
  if (place !== undefined && arrivedByLink && page.location.hash.length < 2) {
    const block = blocks[place.block];
    if (block !== undefined) {
      const { top, height } = block.getBoundingClientRect();
      const to = window.scrollY + top + place.part * height - headerHeight(page);
      window.scrollTo({ top: to, behavior: 'instant' });
      if (to > WORTH_KEEPING_PX) showNote(page);
    }
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = () => {
    timer = undefined;
    const under = headerHeight(page) + 1;
    const index = blocks.findIndex((block) => block.getBoundingClientRect().bottom > under);
    const block = blocks[index];
    if (block === undefined || window.scrollY < WORTH_KEEPING_PX) saved.write(key, '');
    else {
      const { top, height } = block.getBoundingClientRect();
      saved.write(key, `${index} ${Math.max(0, (under - top) / height).toFixed(3)}`);
    }
  };
  page.addEventListener('scroll', () => (timer ??= setTimeout(save, SAVE_EVERY_MS)), { passive: true });
}

export function parsePlace(text: string | undefined): Place | undefined {
  const match = /^(\d{1,4}) (\d(?:\.\d+)?)$/.exec(text ?? '');
  if (match === null) return undefined;
  return { block: Number(match[1]), part: Math.min(1, Number(match[2])) };
}

function headerHeight(page: Document): number {
  return page.querySelector('.site-header')?.getBoundingClientRect().height ?? 0;
}

function showNote(page: Document): void {
  const note = page.createElement('div');
  note.className = 'place-note';
  note.setAttribute('role', 'status');
  const text = page.createElement('p');
  text.textContent = 'Back where you were.';
  const toTop = page.createElement('button');
  toTop.type = 'button';
  toTop.textContent = 'Go to the top';
  toTop.addEventListener('click', () => {
    window.scrollTo({ top: 0 });
    note.remove();
  });
  note.append(text, toTop);
  page.querySelector('main')?.append(note);
  // It stays until the reader reads on: by then it was seen.
  const from = window.scrollY;
  const gone = () => {
    if (Math.abs(window.scrollY - from) < window.innerHeight / 2) return;
    note.remove();
    page.removeEventListener('scroll', gone);
  };
  page.addEventListener('scroll', gone, { passive: true });
}
