import type { Alert } from '../alerts/alert.ts';
import { notAWebhook, readWebhook } from '../alerts/payload.ts';
import { AlertwrightError, exitCodes, messageOf } from '../lib/errors.ts';
import { readTextFile } from '../lib/text_file.ts';

/** A webhook body as it was recorded, and when it was sent, as far as its alerts tell. */
export interface RecordedBody {
  body: unknown;
  at: number;
}

const largestFile = 64 * 2 ** 20;

/** The bodies of a file: one, an array of them, or one a line. Throws AlertwrightError for anything else. */
export function readRecording(file: string): RecordedBody[] {
  const text = readText(file);
  const bodies = parse(text, file);
  if (bodies.length === 0) throw unusable(`${file}: expected webhook bodies, got none`);
  return bodies.map((body, index) => {
    try {
      return { body, at: sentAt(alertsIn(body)) };
    } catch (error) {
      const place = bodies.length > 1 ? `${file}, body ${index + 1}` : file;
      throw unusable(`${place}: ${messageOf(error)}`);
    }
  });
}

function parse(text: string, file: string): unknown[] {
  const whole = tryJson(text);
  if (whole.ok) return Array.isArray(whole.value) ? whole.value : [whole.value];
  const lines = text.split('\n').filter(line => line.trim() !== '');
  const parsed = lines.map(tryJson);
  const broken = parsed.findIndex(line => !line.ok);
  if (broken === -1) return parsed.map(line => (line.ok ? line.value : undefined));
  // When not even the first line is JSON by itself, the file was meant as one body.
  const problem = broken === 0 ? whole.problem : `line ${broken + 1} is not JSON`;
  throw unusable(`${file}: expected webhook bodies as JSON, got: ${problem}`);
}

function tryJson(text: string): { ok: true; value: unknown } | { ok: false; problem: string } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, problem: messageOf(error) };
  }
}

/** A recording is made by hand, or by us: what a server would keep aside is worth a word here. */
function alertsIn(body: unknown): readonly Alert[] {
  const { alerts, rejected } = readWebhook(body, 0);
  if (rejected[0]) throw notAWebhook(rejected[0].problem);
  return alerts;
}

/** The last thing that its alerts tell of. */
function sentAt(alerts: readonly Alert[]): number {
  const times = alerts.map(({ startsAt, endsAt = startsAt }) => Date.parse(endsAt)).filter(Number.isFinite);
  return Math.max(0, ...times);
}

function readText(file: string): string {
  try {
    return readTextFile(file, largestFile);
  } catch (error) {
    throw unusable(`expected a readable file at ${file}, got: ${messageOf(error)}`);
  }
}

function unusable(message: string): AlertwrightError {
  return new AlertwrightError('recording', message, {
    remedy: 'Give files with what Alertmanager posts to a webhook: a JSON object with "alerts", or several of them.',
    exitCode: exitCodes.usage,
  });
}
