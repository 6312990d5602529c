import type { Log } from '../../sandbox-server/log.ts';

/** Keeps what was logged, for tests to look at. */
export class RecordingLog implements Log {
  readonly lines: { level: keyof Log; fields: object; message: string }[] = [];

  debug(fields: object, message: string): void {
    this.lines.push({ level: 'debug', fields, message });
  }

  info(fields: object, message: string): void {
    this.lines.push({ level: 'info', fields, message });
  }

  warn(fields: object, message: string): void {
    this.lines.push({ level: 'warn', fields, message });
  }

  error(fields: object, message: string): void {
    this.lines.push({ level: 'error', fields, message });
  }

  at(level: keyof Log): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message);
  }
}
