import { isRecord } from '../../../../lib/json.ts';
import type { StatusCause } from '../../client.ts';
import { forbiddenField, none, required, wrong } from '../problem.ts';
import { modeProblems, ownPathProblems } from './paths.ts';
import { downwardProblems, filesProblems, records, type Source } from './volumes.ts';

const kinds = ['secret', 'configMap', 'downwardAPI', 'serviceAccountToken', 'clusterTrustBundle', 'podCertificate'];

/** A volume made of several sources, none of which may write the file of another. */
export function projectedProblems(volume: Source, field: string): StatusCause[] {
  const taken = new Set<unknown>();
  return [
    ...modeProblems(volume['defaultMode'], `${field}.defaultMode`),
    ...records(volume['sources']).flatMap((source, index) => {
      const at = `${field}.sources[${index}]`;
      const count = kinds.filter(kind => isRecord(source[kind])).length;
      const many = forbiddenField(at, 'may not specify more than 1 volume type per source');
      return [
        ...keysProblems(source, 'secret', at),
        ...takenProblems(source['secret'], field, taken, true),
        ...keysProblems(source, 'configMap', at),
        ...takenProblems(source['configMap'], field, taken, false),
        ...(isRecord(source['downwardAPI']) ? downwardProblems(source['downwardAPI'], `${at}.downwardAPI`) : none),
        ...takenProblems(source['downwardAPI'], field, taken, false),
        ...tokenProblems(source['serviceAccountToken'], at, field),
        ...(count > 1 ? [many] : none),
      ];
    }),
  ];
}

function keysProblems(source: Source, kind: string, at: string): StatusCause[] {
  const value = source[kind];
  if (!isRecord(value)) return none;
  return [...(value['name'] ? none : [required(`${at}.${kind}.name`)]), ...filesProblems(value, `${at}.${kind}`)];
}

/** Two files of one path; a server names the secret where it is one's. */
function takenProblems(source: unknown, field: string, taken: Set<unknown>, isSecret: boolean): StatusCause[] {
  if (!isRecord(source)) return none;
  return records(source['items']).flatMap(({ path }) => {
    if (!path) return none;
    if (taken.has(path)) return [wrong(field, isSecret ? source['name'] : path, 'conflicting duplicate paths')];
    taken.add(path);
    return none;
  });
}

const longest = 2 ** 32;

function tokenProblems(token: unknown, at: string, field: string): StatusCause[] {
  if (!isRecord(token)) return none;
  const { expirationSeconds: seconds, path } = token as { expirationSeconds?: number; path?: string };
  const ofSeconds = `${at}.serviceAccountToken.expirationSeconds`;
  const [short, long] = ['less than 10 minutes', 'larger than 2^32 seconds'];
  return [
    ...((seconds ?? 0) < 600 ? [wrong(ofSeconds, seconds ?? 0, `may not specify a duration ${short}`)] : none),
    ...((seconds ?? 0) > longest ? [wrong(ofSeconds, seconds, `may not specify a duration ${long}`)] : none),
    ...(path ? ownPathProblems(path, `${field}.path`) : [required(`${field}.path`)]),
  ];
}
