/** `containers/images/3-layers/lesson.mdx` → `containers/images/layers`: the id of a course, a module or a lesson. */
export function contentId(path: string): string {
  return path
    .split('/')
    .slice(0, -1)
    .map((part) => part.replace(/^\d+-/, ''))
    .join('/');
}

/** The number that orders a lesson in its module: 3 of `3-layers`. */
export function lessonOrder(path: string): number {
  const folder = path.split('/').at(-2) ?? '';
  return Number(/^(\d+)-/.exec(folder)?.[1] ?? 0);
}
