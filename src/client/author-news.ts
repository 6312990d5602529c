import '../styles/author-news.css';
import type { AuthorNews } from '../build/author-report.ts';

/** As many as fit into view; the terminal has all. */
const MAX_SHOWN = 5;

/** The part of Vite's channel that is used. */
interface Channel {
  on: (event: 'drydock:problems', listener: (news: AuthorNews) => void) => void;
  send: (event: 'drydock:ask') => void;
}

/** While lessons are written: what is wrong with the content stands over the page, until it is right. */
export function showAuthorNews(page: Document, channel: Channel): void {
  const box = page.createElement('aside');
  box.className = 'author-news';
  box.setAttribute('role', 'status');
  box.setAttribute('aria-label', 'Problems of the content');
  box.hidden = true;
  page.body.append(box);
  channel.on('drydock:problems', ({ problems }) => {
    box.hidden = problems.length === 0;
    const rest = problems.length - MAX_SHOWN;
    box.replaceChildren(
      ...problems.slice(0, MAX_SHOWN).map((problem) => entry(page, problem)),
      ...(rest > 0 ? [paragraph(page, `And ${rest} more: the terminal lists them.`)] : []),
    );
  });
  channel.send('drydock:ask');
}

function entry(page: Document, { file, line, message, fix, held }: AuthorNews['problems'][number]): HTMLElement {
  const place = page.createElement('code');
  place.textContent = `content/${file}${line === undefined ? '' : `:${line}`}`;
  const all = page.createElement('div');
  const said = paragraph(page, message);
  said.prepend(place, page.createElement('br'));
  all.append(said, paragraph(page, `→ ${fix}`));
  if (held) all.append(paragraph(page, 'Shown is the last version without a mistake.'));
  return all;
}

function paragraph(page: Document, text: string): HTMLElement {
  const element = page.createElement('p');
  element.append(text);
  return element;
}
