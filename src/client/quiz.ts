import type { Api } from './api.ts';
import type { ProgressStore } from './progress.ts';

/** Choices are `details` that open by themselves; this remembers them and counts the right ones. */
export function setUpQuiz(page: Document, lesson: string, progress: ProgressStore, api: Pick<Api, 'quiz'>): void {
  const questions = [...page.querySelectorAll<HTMLElement>('[data-question]')];
  if (questions.length === 0) return;
  const restoring = new WeakSet<HTMLDetailsElement>();

  const paint = () => {
    const { quiz } = progress.lesson(lesson);
    for (const question of questions) {
      const answer = quiz[question.dataset['question'] ?? ''];
      const choice = choicesOf(question).find((one) => one.dataset['choice'] === answer?.choice);
      if (choice === undefined || choice.open || choicesOf(question).some(({ open }) => open)) continue;
      restoring.add(choice);
      choice.open = true;
    }
    const right = questions.filter((question) => quiz[question.dataset['question'] ?? '']?.right).length;
    const answered = questions.filter((question) => quiz[question.dataset['question'] ?? ''] !== undefined).length;
    const counter = page.querySelector('[data-quiz-progress]');
    if (counter !== null && answered > 0) counter.textContent = `· ${right} of ${questions.length} right`;
  };

  for (const question of questions) {
    for (const choice of choicesOf(question)) {
      choice.addEventListener('toggle', () => {
        if (!choice.open) return;
        if (restoring.delete(choice)) return;
        const answer = { choice: choice.dataset['choice'] ?? '', right: choice.dataset['right'] !== undefined };
        const id = question.dataset['question'] ?? '';
        progress.answered(lesson, id, answer);
        // Kept in this browser in any case; the server takes it when it is there.
        api.quiz({ lesson, question: id, ...answer }).catch(() => undefined);
      });
    }
  }
  progress.onChange(paint);
  paint();
}

function choicesOf(question: HTMLElement): HTMLDetailsElement[] {
  return [...question.querySelectorAll<HTMLDetailsElement>('details[data-choice]')];
}
