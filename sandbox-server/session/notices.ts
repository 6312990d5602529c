import type { NoticeView } from '../protocol/views.ts';

/** What happened to a lab that nobody asked for, and what of it is still there. */
export const NOTICES = {
  'restarted-start': 'The server was restarted while your lab was being started. It starts again by itself.',
  'restarted-reset': 'The server was restarted while your lab was being reset. A fresh one starts by itself.',
  recovering: 'Your lab’s machine stopped and is started again. Your files are on it; what ran has ended.',
  recovered: 'Your lab’s machine was restarted. Your files are here; what ran has ended.',
  'lab-changed':
    'The files, images or setup of this lab were changed. Reset it to get them; its checks are the new ones already.',
} as const;

export type NoticeCode = keyof typeof NOTICES;

export const noticeView = (code: NoticeCode): NoticeView => ({ code, message: NOTICES[code] });
