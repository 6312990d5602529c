import type { Saved } from './saved.ts';
import { clampShare, shareAfterKey, SHEET_SHARE, WIDTH_SHARE, type Share } from './split.ts';

interface Side {
  share: Share;
  /** Where it is kept, and the CSS variable that the layout reads. */
  key: string;
  variable: string;
  unit: string;
  label: string;
  orientation: 'vertical' | 'horizontal';
  /** The share that a pointer's position means. */
  at: (event: PointerEvent) => number;
}

/** The line between lesson and workspace: by pointer and by keyboard, remembered. On narrow pages it is the sheet's edge. */
export function setUpDivider(page: Document, saved: Saved, wide: MediaQueryList): void {
  const divider = page.getElementById('divider');
  if (divider === null) return;
  const root = page.documentElement;
  const width: Side = {
    share: WIDTH_SHARE,
    key: 'split',
    variable: '--split',
    unit: '%',
    label: 'Width of the lesson',
    orientation: 'vertical',
    at: (event) => (event.clientX / root.clientWidth) * 100,
  };
  const sheet: Side = {
    share: SHEET_SHARE,
    key: 'sheet',
    variable: '--sheet',
    unit: 'dvh',
    label: 'Height of the lab',
    orientation: 'horizontal',
    at: (event) => 100 - (event.clientY / window.innerHeight) * 100,
  };
  const side = () => (wide.matches ? width : sheet);
  const values = new Map<Side, number>([width, sheet].map((one) => [one, readShare(saved, one)]));

  const show = () => {
    const { share, label, orientation } = side();
    const value = values.get(side()) ?? share.initial;
    for (const [one, its] of values) root.style.setProperty(one.variable, `${its}${one.unit}`);
    const attributes = {
      'aria-label': label,
      'aria-orientation': orientation,
      'aria-controls': wide.matches ? 'main' : 'workspace',
      'aria-valuemin': String(share.min),
      'aria-valuemax': String(share.max),
      'aria-valuenow': String(Math.round(value)),
      'aria-valuetext': `${Math.round(value)} percent`,
    };
    for (const [name, text] of Object.entries(attributes)) divider.setAttribute(name, text);
  };
  const move = (value: number) => {
    values.set(side(), clampShare(value, side().share));
    show();
  };
  const save = () => saved.write(side().key, String(values.get(side())));

  divider.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    divider.setPointerCapture(event.pointerId);
    divider.classList.add('dragging');
    root.classList.add('resizing');
    event.preventDefault();
    divider.focus({ preventScroll: true });
  });
  divider.addEventListener('pointermove', (event) => {
    if (divider.hasPointerCapture(event.pointerId)) move(side().at(event));
  });
  divider.addEventListener('lostpointercapture', () => {
    divider.classList.remove('dragging');
    root.classList.remove('resizing');
    save();
  });
  divider.addEventListener('dblclick', () => {
    move(side().share.initial);
    save();
  });
  divider.addEventListener('keydown', (event) => {
    const next = shareAfterKey(event.key, values.get(side()) ?? side().share.initial, side().share);
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move(next);
    save();
  });
  wide.addEventListener('change', show);
  show();
}

function readShare(saved: Saved, { key, share }: Side): number {
  const value = Number(saved.read(key));
  return Number.isFinite(value) && value > 0 ? clampShare(value, share) : share.initial;
}
