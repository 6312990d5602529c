/** A control message of our own server: an object with a `type`. Anything else is left out; the next one corrects it. */
export function parseMessage<T extends { type: string }>(text: string, types: readonly T['type'][]): T | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  return types.includes(String(value.type)) ? (value as T) : undefined;
}
