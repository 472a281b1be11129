import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** Structured logs on standard error, so that standard output stays clean for `--json`. Secrets never reach them. */
export function createLog(options: { level: string; destination?: DestinationStream }): Log {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      redact: {
        paths: [
          '*.token',
          '*.apiKey',
          '*.password',
          '*.authorization',
          '*.headers.authorization',
          'token',
          'apiKey',
          'password',
        ],
        censor: '[redacted]',
      },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

export const silentLog: Log = pino({ level: 'silent' });
