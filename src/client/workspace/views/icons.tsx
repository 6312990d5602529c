/** @jsxImportSource preact */

const PATHS = {
  plus: 'M12 5v14M5 12h14',
  close: 'm6 6 12 12M18 6 6 18',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.8-1.7L20 20',
  up: 'm6 14 6-6 6 6',
  down: 'm6 10 6 6 6-6',
  more: 'M4.8 12h.4M11.8 12h.4M18.8 12h.4',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  back: 'M19 12H6m5-5-5 5 5 5',
  running: 'M8 5.5v13l10.5-6.5z',
  paused: 'M9 6v12M15 6v12',
  stopped: 'M7 7h10v10H7z',
  failed: 'm7 7 10 10M17 7 7 17',
  created: 'M12 7v5l3 2M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z',
  restarting: 'M19 12a7 7 0 1 1-2-4.9M19 4v4h-4',
  shared: 'M4 8h13m-3-3 3 3-3 3M20 16H7m3-3-3 3 3 3',
  network: 'M12 9V5m0 10v4M5 19h14M5 5h14M8 12a4 4 0 1 0 8 0 4 4 0 0 0-8 0Z',
  volume: 'M5 7c0-1.7 3.1-3 7-3s7 1.3 7 3-3.1 3-7 3-7-1.3-7-3Zm0 0v10c0 1.7 3.1 3 7 3s7-1.3 7-3V7',
} as const;

export type IconName = keyof typeof PATHS;

/** Decorative: the words stand beside it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class="ws-icon"
      viewBox="0 0 24 24"
      width="18"
      height="18"
      fill="none"
      stroke="currentColor"
      stroke-width="1.9"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
