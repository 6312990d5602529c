import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { LessonPage, PageFault, PageQuestion } from './page.ts';

/** A quiz shorter than this asks too little to be worth its place. */
const MIN_QUESTIONS = 3;

/** What is wrong within one page. */
export function pageProblems(page: LessonPage): PageFault[] {
  return [
    ...duplicates('task', page.tasks),
    ...duplicates('question', page.questions),
    ...quizProblems(page),
    ...page.figures
      .filter((figure) => figure.alt === undefined)
      .map(({ line }) => ({
        line,
        message: 'A <Figure> has no alt, so those who cannot see it do not know what it shows.',
        fix: 'Add alt="What the picture says, in a sentence".',
      })),
    ...page.imports
      .filter(({ from }) => from.startsWith('.') && !existsSync(resolve(dirname(page.file), from)))
      .map(({ from, line }) => ({
        line,
        message: `There is no file ${from}.`,
        fix: 'Create it beside the page, or correct the import.',
      })),
  ];
}

function duplicates(what: string, entries: readonly { id: string; line: number }[]): PageFault[] {
  return entries.flatMap(({ id, line }, index) => {
    const first = entries.findIndex((entry) => entry.id === id);
    if (id === '' || first === index) return [];
    return [
      {
        line,
        message: `The ${what} id "${id}" is taken: line ${entries[first]!.line} has it.`,
        fix: 'Give one of them another id.',
      },
    ];
  });
}

function quizProblems(page: LessonPage): PageFault[] {
  const faults = page.questions.flatMap(questionProblems);
  if (page.questions.length < MIN_QUESTIONS) {
    const line = page.questions[0]?.line;
    const message = `The quiz has ${page.questions.length} of at least ${MIN_QUESTIONS} questions.`;
    faults.unshift({ line, message, fix: 'Add <Question>s to the page’s <Quiz>.' });
  }
  return faults;
}

function questionProblems(question: PageQuestion): PageFault[] {
  const faults: PageFault[] = [];
  const right = question.choices.filter((choice) => choice.right).length;
  if (right !== 1) {
    const fix = 'Write right on exactly one <Choice>.';
    faults.push({ line: question.line, message: `Question "${question.id}" has ${right} right choices.`, fix });
  }
  if (question.choices.length < 2) {
    faults.push({
      line: question.line,
      message: `Question "${question.id}" leaves no choice.`,
      fix: 'Add wrong choices that people believe in.',
    });
  }
  for (const choice of question.choices.filter(({ explanation }) => explanation === '')) {
    const fix = 'Say between its tags why it is right or wrong.';
    faults.push({ line: choice.line, message: `The choice "${choice.text}" is not explained.`, fix });
  }
  return faults;
}
