/** `/api/v1/…` or `/apis/apps/v1/…`, and the rest. */
const API_PATH = /^\/(?:api\/v1|apis\/[a-z0-9.-]+\/v[0-9a-z]+)\/(.+)$/;
/** Written so, a slash or a dot could mean another path to the API server than to us. */
const DISGUISED = /%2f|%2e|%5c|%25|\\|\/\/|\/\.\.?(?:\/|$)/i;
/** What belongs to all, and tells nothing of a neighbour. */
const OF_ALL = /^(?:nodes|persistentvolumes)(?:\/[^/]+)?$/;
/** The one thing that is asked with POST, and changes nothing. */
const REVIEW = 'localsubjectaccessreviews';

/** Is this path about one namespace, or about what belongs to all? */
export function isWithin(namespace: string, method: 'GET' | 'POST', path: string): boolean {
  const rest = API_PATH.exec(path)?.[1];
  if (rest === undefined || DISGUISED.test(path)) return false;
  const own = `namespaces/${namespace}/`;
  const resource = rest.startsWith(own) ? rest.slice(own.length) : undefined;
  if (method === 'POST') return resource === REVIEW;
  return (resource !== undefined && resource !== '') || OF_ALL.test(rest);
}
