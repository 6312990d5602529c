/** Pagefind marks what matched with `<mark>`; everything else in its excerpts is escaped text. */
export interface ExcerptPart {
  text: string;
  matched: boolean;
}

export function excerptParts(excerpt: string): ExcerptPart[] {
  return excerpt
    .split(/(<mark>.*?<\/mark>)/gs)
    .filter((part) => part !== '')
    .map((part) => {
      const matched = part.startsWith('<mark>') && part.endsWith('</mark>');
      return { text: unescape(matched ? part.slice('<mark>'.length, -'</mark>'.length) : part), matched };
    });
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", amp: '&' };

function unescape(text: string): string {
  return text.replace(/&(lt|gt|quot|#39|#x27|amp);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}
