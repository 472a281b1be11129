import type { StatusCause } from '../../client.ts';
import { none, wrong } from '../problem.ts';

/** A path within a volume may not lead out of it. */
export function descendingPathProblems(path: string, field: string): StatusCause[] {
  return [
    ...(path.startsWith('/') ? [wrong(field, path, 'must be a relative path')] : none),
    ...noStepBackProblems(path, field),
  ];
}

export function noStepBackProblems(path: string, field: string): StatusCause[] {
  return path.split('/').includes('..') ? [wrong(field, path, "must not contain '..'")] : none;
}

/** And what begins with two dots is the kubelet's own. */
export function ownPathProblems(path: string, field: string): StatusCause[] {
  const isReserved = path.startsWith('..') && !path.startsWith('../');
  return [
    ...descendingPathProblems(path, field),
    ...(isReserved ? [wrong(field, path, "must not start with '..'")] : none),
  ];
}

const lastMode = 0o777;

export function modeProblems(mode: unknown, field: string): StatusCause[] {
  if (typeof mode !== 'number' || (mode >= 0 && mode <= lastMode)) return none;
  return [wrong(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive')];
}
