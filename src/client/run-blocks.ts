import { sendCourseEvent } from './course-events.ts';

/** How long a button says that it copied. */
const COPIED_MS = 1_600;

/** The Copy and Run buttons of code blocks. */
export function setUpRunBlocks(page: Document, clipboard: Pick<Clipboard, 'writeText'> | undefined): void {
  page.addEventListener('click', (event) => {
    if (!(event.target instanceof Element)) return;
    const button = event.target.closest<HTMLButtonElement>('[data-copy], [data-run]');
    const block = button?.closest<HTMLElement>('.code-block');
    if (button === null || button === undefined || block === null || block === undefined) return;
    const code = block.querySelector('pre code')?.textContent ?? '';
    if (button.hasAttribute('data-run')) {
      sendCourseEvent(page, 'drydock:run', { code: code.trimEnd(), machine: block.dataset['machine'] });
    } else {
      copy(button, code, clipboard).catch(() => selectCode(page, block));
    }
  });
}

async function copy(button: HTMLButtonElement, code: string, clipboard: Pick<Clipboard, 'writeText'> | undefined) {
  if (clipboard === undefined) throw new Error('no clipboard: the page is not served over HTTPS or from localhost');
  await clipboard.writeText(code.trimEnd());
  button.textContent = 'Copied';
  const announcer = button.ownerDocument.querySelector('[data-announcer]');
  if (announcer !== null) announcer.textContent = 'Copied';
  setTimeout(() => (button.textContent = 'Copy'), COPIED_MS);
}

/** Without a clipboard to write to, the text is selected: Ctrl-C does the rest. */
function selectCode(page: Document, block: HTMLElement): void {
  const code = block.querySelector('pre code');
  if (code !== null) page.getSelection()?.selectAllChildren(code);
}
