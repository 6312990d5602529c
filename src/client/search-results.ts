import { excerptParts } from './search-text.ts';

/** What Pagefind says of a page. */
export interface PagefindResult extends PagefindSection {
  meta: { title?: string };
  sub_results: PagefindSection[];
}

interface PagefindSection {
  url: string;
  title?: string;
  excerpt: string;
  /** Where the words were found. */
  locations: number[];
}

/** A result as an option of the list, with the page’s title, its best section and what was found there. */
export function optionOf(page: Document, result: PagefindResult, at: number): HTMLElement {
  const { url, title: section, excerpt } = bestSection(result);
  const option = page.createElement('li');
  option.id = `search-result-${at}`;
  option.className = 'search-result';
  option.setAttribute('role', 'option');
  option.dataset['url'] = url;
  const title = page.createElement('span');
  title.className = 'search-result-title';
  title.textContent = result.meta.title ?? url;
  if (section !== undefined && section !== result.meta.title) {
    const where = page.createElement('span');
    where.className = 'search-result-section';
    where.textContent = section;
    title.append(where);
  }
  const text = page.createElement('span');
  text.className = 'search-result-text';
  for (const part of excerptParts(excerpt)) {
    const node = page.createElement(part.matched ? 'mark' : 'span');
    node.textContent = part.text;
    text.append(node);
  }
  option.append(title, text);
  return option;
}

/** The section with the most hits; its address has an anchor. */
function bestSection(result: PagefindResult): PagefindSection {
  const [best] = result.sub_results.toSorted((a, b) => b.locations.length - a.locations.length);
  return best ?? result;
}
