import type { MdastNode, MdxJsxFlowElement, MdxJsxTextElement } from 'satteri';

export type JsxElement = MdxJsxFlowElement | MdxJsxTextElement;

export function isJsx(node: MdastNode): node is JsxElement {
  return node.type === 'mdxJsxFlowElement' || node.type === 'mdxJsxTextElement';
}

/**
 * An attribute that is a plain string, or an expression that is nothing but a string literal. `true` for an attribute
 * without a value (and `{true}`); undefined when it is absent, `{false}`, or more than a literal.
 */
export function attribute(element: JsxElement, name: string): string | true | undefined {
  for (const entry of element.attributes) {
    if (entry.type !== 'mdxJsxAttribute' || entry.name !== name) continue;
    if (entry.value === null || entry.value === undefined) return true;
    if (typeof entry.value === 'string') return entry.value;
    return literal(entry.value.value.trim());
  }
  return undefined;
}

/** As `attribute`, for one that must be text: trimmed; undefined when it is empty. */
export function textAttribute(element: JsxElement, name: string): string | undefined {
  const value = attribute(element, name);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** The source of an attribute's expression, without its braces; undefined for one that has none. */
export function expressionAttribute(element: JsxElement, name: string): string | undefined {
  const found = element.attributes.find((entry) => entry.type === 'mdxJsxAttribute' && entry.name === name);
  const value = found?.value;
  return typeof value === 'object' && value !== null ? value.value.trim() : undefined;
}

/** `['a', 'b']`, a list of nothing but string literals without a comma in them; undefined for anything else. */
export function listOfTexts(source: string): string[] | undefined {
  if (!/^\[.*\]$/s.test(source)) return undefined;
  const parts = source
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim());
  if (parts.at(-1) === '') parts.pop();
  const texts = parts.map(literal);
  return texts.every((text) => typeof text === 'string') ? texts : undefined;
}

/** The words of a node, without markup. */
export function textOf(node: MdastNode): string {
  if (node.type === 'text' || node.type === 'inlineCode' || node.type === 'code') return node.value;
  return 'children' in node ? node.children.map((child) => textOf(child)).join('') : '';
}

function literal(expression: string): string | true | undefined {
  if (expression === 'true') return true;
  const quote = expression[0];
  if (quote !== '"' && quote !== "'" && quote !== '`') return undefined;
  const inner = expression.slice(1, -1);
  const ends = expression.length > 1 && expression.endsWith(quote);
  const isOneLiteral =
    !new RegExp(`(^|[^\\\\])(\\\\\\\\)*${quote}`).test(inner) && !(quote === '`' && inner.includes('${'));
  return ends && isOneLiteral ? inner.replace(/\\(.)/g, '$1') : undefined;
}
