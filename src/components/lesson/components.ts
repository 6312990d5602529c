import Aside from './Aside.astro';
import Choice from './Choice.astro';
import Figure from './Figure.astro';
import Hint from './Hint.astro';
import InProduction from './InProduction.astro';
import Question from './Question.astro';
import Quiz from './Quiz.astro';
import Solution from './Solution.astro';
import Table from './Table.astro';
import Task from './Task.astro';

/** What a lesson.mdx may use without importing it. */
export const components = { Aside, Choice, Figure, Hint, InProduction, Question, Quiz, Solution, Task, table: Table };
