import { glob } from 'astro/loaders';
import { defineCollection } from 'astro:content';
import { courseSchema, frontMatterSchema, moduleSchema } from '../sandbox-server/lab/front-matter.ts';
import { contentId } from './course/content-id.ts';

const base = './content';
const generateId = ({ entry }: { entry: string }) => contentId(entry);

export const collections = {
  courses: defineCollection({ loader: glob({ base, pattern: '*/course.yaml', generateId }), schema: courseSchema }),
  modules: defineCollection({ loader: glob({ base, pattern: '*/*/module.yaml', generateId }), schema: moduleSchema }),
  lessons: defineCollection({
    loader: glob({ base, pattern: '*/*/*/lesson.mdx', generateId }),
    schema: frontMatterSchema,
  }),
};
