import type { Clock } from '../../lib/clock.ts';
import { readConfiguredFile } from '../../lib/configured_file.ts';
import { createFresh } from '../../lib/fresh_files.ts';
import type { Log } from '../../lib/log.ts';
import { connectPrometheus } from './connect.ts';
import type { Prometheus } from './prometheus.ts';

/** Where Prometheus is, and how it lets us in. */
export interface PrometheusAccess {
  url?: string | undefined;
  tokenFile?: string | undefined;
  caFile?: string | undefined;
  timeoutSeconds: number;
}

/** None where none is configured. Throws AlertwrightError when a file that the configuration names can't be read. */
export function openPrometheus(access: PrometheusAccess, around: { clock: Clock; log: Log }): Prometheus | undefined {
  const { url, tokenFile, caFile, timeoutSeconds } = access;
  if (url === undefined) return undefined;
  const what = 'the file of prometheus.tokenFile';
  const token =
    tokenFile === undefined ? undefined : createFresh([{ file: tokenFile, what }], ([text]) => text!.trim(), around);
  const ca = caFile === undefined ? undefined : readConfiguredFile(caFile, 'the file of prometheus.caFile');
  return connectPrometheus({ url, timeoutMs: timeoutSeconds * 1000, ca, ...(token ? { token } : {}) });
}
