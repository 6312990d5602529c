import type { MeView } from '../../sandbox-server/protocol/views.ts';
import { createApi, type Api } from './api.ts';
import { isApple } from './apple.ts';
import { createProgressStore, type ProgressStore } from './progress.ts';
import { setUpRunBlocks } from './run-blocks.ts';
import { savedIn, type Saved } from './saved.ts';
import { setUpSearch } from './search.ts';
import { setUpTheme } from './theme.ts';

export interface PageParts {
  api: Api;
  saved: Saved;
  progress: ProgressStore;
  /** What the server knows of the learner; undefined when it does not answer: the page reads all the same. */
  me: Promise<MeView | undefined>;
}

/** What every page has: theme, search, buttons of code blocks, progress. `lesson`: the one that the page is. */
export function setUpPage(page: Document, lesson?: string): PageParts {
  const saved = savedIn(() => window.localStorage);
  const api = createApi();
  const progress = createProgressStore(saved);
  setUpTheme(page, saved, window.matchMedia('(prefers-color-scheme: dark)'));
  setUpSearch(page, isApple(navigator.userAgent));
  // Without HTTPS, and not from localhost, browsers give pages no clipboard.
  setUpRunBlocks(page, navigator.clipboard);
  // Undefined in the built site, from which this is left out.
  const hot = import.meta.hot;
  if (hot !== undefined) void import('./author-news.ts').then(({ showAuthorNews }) => showAuthorNews(page, hot));
  const me = api.me(lesson).catch(() => undefined);
  void me.then((view) => {
    if (view !== undefined) progress.merge(view);
  });
  return { api, saved, progress, me };
}
