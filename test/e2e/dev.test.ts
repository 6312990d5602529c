import { cp, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'vitest';
import { LivePages } from '../../scripts/dev/live-pages.ts';
import { ROOT } from '../../scripts/options.ts';
import { launchChromium } from '../support/chromium.ts';
import { MADE, madeLesson } from '../support/made-lesson.ts';
import { serverWithoutLabs } from '../support/site-server.ts';

/** What pages are made of, besides the content. */
const SITE = [
  ...['src', 'public', 'sandbox-server/lab', 'sandbox-server/protocol', 'images/lab/manifest.json'],
  ...['astro.config.mjs', 'tsconfig.json', 'package.json'],
];

/** The site of a course with one lesson, as `npm run dev` serves it, and a browser that has the lesson open. */
async function writing() {
  const stack = new AsyncDisposableStack();
  const made = stack.use(await madeLesson());
  for (const name of SITE) await cp(join(ROOT, name), join(made.root, name), { recursive: true });
  const modules = ROOT.replace(/\/$/, '');
  const env = { HOME: homedir(), PATH: dirname(process.execPath) };
  const pages = stack.use(await LivePages.start({ root: made.root, modules, env }));
  const { url } = stack.use(
    await serverWithoutLabs({
      siteDir: made.root,
      contentDir: made.contentDir,
      authoring: { pages, tell: () => undefined },
    }),
  );
  const browser = stack.adopt(await launchChromium(), (opened) => opened.close());
  const page = await browser.newPage();
  await page.goto(`${url}/${MADE}/`);
  await page.getByRole('button', { name: 'Run: cat greeting.txt' }).waitFor();
  return {
    page,
    write: async (name: string, change: (text: string) => string) =>
      writeFile(made.file(name), change(await readFile(made.file(name), 'utf8'))),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

test('what is written shows in the open page; a mistake is named with file and line over the last good version', async () => {
  await using work = await writing();
  const { page, write } = work;
  await write('lesson.mdx', (text) => text.replace('Begin with a question', 'Just written: begin with a question'));
  await page.getByText('Just written: begin with a question').waitFor();

  await write('lesson.mdx', (text) => text.replace('<Quiz>', '<Quizz>').replace('Just written', 'With a mistake'));
  const news = page.getByRole('status', { name: 'Problems of the content' });
  await news.getByText(/content\/course\/module\/1-made\/lesson\.mdx:\d+/).waitFor();
  await news.getByText('Shown is the last version without a mistake.').waitFor();
  await page.getByText('Just written: begin with a question').waitFor();

  await write('lesson.mdx', (text) => text.replace('<Quizz>', '<Quiz>'));
  await news.waitFor({ state: 'hidden' });
  await page.getByText('With a mistake: begin with a question').waitFor();
});

test('a lab with a mistake is named, and its fields stay; a new label of a field shows when it is right again', async () => {
  await using work = await writing();
  const { page, write } = work;
  await page.getByLabel('Exit code').waitFor();
  await write('lab.ts', (text) => text.replace("label: 'Exit code'", "label: 'Code',,"));
  await page.getByText('content/course/module/1-made/lab.ts').waitFor();
  await page.getByLabel('Exit code').waitFor();
  await write('lab.ts', (text) => text.replace("label: 'Code',,", "label: 'Code it left'"));
  await page.getByLabel('Code it left').waitFor();
});
