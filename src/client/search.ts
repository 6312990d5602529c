import { optionOf, type PagefindResult } from './search-results.ts';

const MAX_RESULTS = 12;
/** Waits for the typing to pause. */
const DEBOUNCE_MS = 120;
const INDEX_URL = '/pagefind/pagefind.js';

interface Pagefind {
  options: (options: { excerptLength: number }) => Promise<void>;
  init: () => Promise<void>;
  debouncedSearch: (
    term: string,
    options: object,
    debounce: number,
  ) => Promise<{ results: { data: () => Promise<PagefindResult> }[] } | null>;
}

/** The search dialog: Ctrl-K or `/` opens it, arrows choose, Enter goes. The index is fetched when it first opens. */
export function setUpSearch(page: Document, isApple: boolean): void {
  const dialog = page.querySelector<HTMLDialogElement>('dialog#search');
  const input = dialog?.querySelector<HTMLInputElement>('[data-search-input]');
  const list = dialog?.querySelector<HTMLElement>('#search-results');
  const status = dialog?.querySelector<HTMLElement>('[data-search-status]');
  if (!dialog || !input || !list || !status) return;

  let index: Promise<Pagefind> | undefined;
  let selected = 0;

  const open = () => {
    if (dialog.open) return;
    dialog.showModal();
    input.select();
    index ??= loadIndex();
    index.catch(() => (status.textContent = 'The search index is not there. It is made by `npm run build`.'));
  };
  const options = () => [...list.querySelectorAll<HTMLElement>('[role=option]')];
  const select = (to: number) => {
    const all = options();
    if (all.length === 0) return;
    selected = (to + all.length) % all.length;
    all.forEach((option, at) => option.setAttribute('aria-selected', String(at === selected)));
    const option = all[selected];
    if (option === undefined) return;
    input.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  };
  const go = (option: HTMLElement | undefined) => {
    const url = option?.dataset['url'];
    if (url === undefined) return;
    dialog.close();
    page.location.assign(url);
  };
  const show = (term: string, results: PagefindResult[]) => {
    list.replaceChildren(...results.map((result, at) => optionOf(page, result, at)));
    list.hidden = results.length === 0;
    input.setAttribute('aria-expanded', String(results.length > 0));
    input.removeAttribute('aria-activedescendant');
    status.textContent = statusOf(term, results.length);
    select(0);
  };
  const search = async () => {
    const term = input.value.trim();
    index ??= loadIndex();
    if (term === '') return show('', []);
    const found = await (await index).debouncedSearch(term, {}, DEBOUNCE_MS);
    // Null: a newer search took its place.
    if (found === null) return;
    show(term, await Promise.all(found.results.slice(0, MAX_RESULTS).map((result) => result.data())));
  };

  for (const button of page.querySelectorAll('[data-search-open]')) {
    button.addEventListener('click', open);
    const keys = button.querySelector('kbd');
    if (keys !== null && isApple) keys.textContent = '⌘ K';
  }
  dialog.querySelector('[data-search-close]')?.addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
    if (event.target instanceof Element) go(event.target.closest<HTMLElement>('[role=option]') ?? undefined);
  });
  input.addEventListener('input', () => {
    search().catch(() => (status.textContent = 'The search failed. Close it and try again.'));
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') select(selected + 1);
    else if (event.key === 'ArrowUp') select(selected - 1);
    else if (event.key === 'Enter') go(options()[selected]);
    else return;
    event.preventDefault();
  });
  page.addEventListener('keydown', (event) => {
    const ctrlK =
      (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k';
    const slash = event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
    // In a terminal Ctrl-K belongs to the shell.
    if ((!ctrlK || isTerminal(event.target)) && !slash) return;
    event.preventDefault();
    open();
  });
}

async function loadIndex(): Promise<Pagefind> {
  const pagefind = (await import(/* @vite-ignore */ INDEX_URL)) as Pagefind;
  await pagefind.options({ excerptLength: 22 });
  await pagefind.init();
  return pagefind;
}

function statusOf(term: string, count: number): string {
  if (term === '') return 'Type to search all lessons.';
  if (count === 0) return `Nothing found for “${term}”.`;
  return count === 1 ? '1 result' : `${count} results`;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable], .xterm') !== null;
}

function isTerminal(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('.xterm') !== null;
}
