import { getCollection, render, type CollectionEntry } from 'astro:content';
import type { LessonParts } from '../markdown/lesson-parts.ts';
import { lessonOrder } from './content-id.ts';

export interface Course {
  id: string;
  title: string;
  summary: string;
  /** What it teaches; tasks are named as in `course.yaml`. */
  covers: { statement: string; tasks: string[] }[];
  modules: Module[];
}

export interface Module {
  /** `containers/images` */
  id: string;
  title: string;
  summary: string;
  order: number;
  lessons: Lesson[];
}

export interface Lesson extends LessonParts {
  /** `containers/images/layers` */
  id: string;
  url: string;
  /** Its place in the module, from 1. */
  number: number;
  title: string;
  summary: string;
  minutes: number;
  entry: CollectionEntry<'lessons'>;
}

/** Every course with its modules and lessons in order. */
export async function loadCourses(): Promise<Course[]> {
  const [courses, modules, lessons] = await Promise.all([
    getCollection('courses'),
    getCollection('modules'),
    getCollection('lessons'),
  ]);
  const isIn = (parent: string) => (entry: { id: string }) => entry.id.slice(0, entry.id.lastIndexOf('/')) === parent;
  const loadModule = async (module: CollectionEntry<'modules'>): Promise<Module> => {
    const own = lessons
      .filter(isIn(module.id))
      .sort((a, b) => lessonOrder(a.filePath ?? '') - lessonOrder(b.filePath ?? ''));
    return { id: module.id, ...module.data, lessons: await Promise.all(own.map(loadLesson)) };
  };
  const loadCourse = async (course: CollectionEntry<'courses'>): Promise<Course> => {
    const own = modules.filter(isIn(course.id)).sort((a, b) => a.data.order - b.data.order);
    return { id: course.id, ...course.data, modules: await Promise.all(own.map(loadModule)) };
  };
  return await Promise.all(courses.map(loadCourse));
}

async function loadLesson(entry: CollectionEntry<'lessons'>, index: number): Promise<Lesson> {
  const { remarkPluginFrontmatter } = await render(entry);
  const { tasks, questions } = remarkPluginFrontmatter as Partial<LessonParts>;
  return {
    id: entry.id,
    url: `/${entry.id}/`,
    number: index + 1,
    title: entry.data.title,
    summary: entry.data.summary,
    minutes: entry.data.minutes,
    tasks: tasks ?? [],
    questions: questions ?? [],
    entry,
  };
}
