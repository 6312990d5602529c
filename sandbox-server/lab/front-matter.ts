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
export const courseSchema = z.strictObject({
  title: z.string().trim().min(1),
  summary: z.string().trim().min(1),
  /** What the course teaches, one statement after the other, and the tasks in which the learner does it. */
  covers: z
    .array(
      z.strictObject({
        statement: z.string().trim().min(1),
        /** `<module>/<lesson>#<task>`; none while the lesson is not written yet. */
        tasks: z.array(z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+#[a-z0-9-]+$/)).default([]),
      }),
    )
    .default([]),
});

/** `module.yaml` */
export const moduleSchema = z.strictObject({
  title: z.string().trim().min(1),
  summary: z.string().trim().min(1),
  order: z.int().min(1),
});
