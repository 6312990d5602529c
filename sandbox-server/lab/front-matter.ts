import { z } from 'zod';

/** The front matter of a lesson.mdx; the site's content collection uses it too. */
export const frontMatterSchema = z.strictObject({
  /** As the table of contents and the page's heading show it. */
  title: z.string().trim().min(1).max(80),
  /** One sentence for lists and search results. */
  summary: z.string().trim().min(1).max(240),
  /** How long a learner takes. */
  minutes: z.int().min(1).max(120),
  /** What the lesson relies on, and what to read next. */
  sources: z
    .array(z.strictObject({ title: z.string().trim().min(1), url: z.url({ protocol: /^https?$/ }) }))
    .default([]),
});

export type FrontMatter = z.infer<typeof frontMatterSchema>;

/** `course.yaml` */
export const courseSchema = z.strictObject({ title: z.string().trim().min(1), summary: z.string().trim().min(1) });

/** `module.yaml` */
export const moduleSchema = z.strictObject({
  title: z.string().trim().min(1),
  summary: z.string().trim().min(1),
  order: z.int().min(1),
});
