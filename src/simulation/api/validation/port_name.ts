import type { StatusCause } from '../client.ts';
import { wrong } from './problem.ts';

/** What is wrong with the name of a port; a server says all of it. */
export function portNameProblems(name: string, field: string): StatusCause[] {
  return [
    ...(name.length > 15 ? [wrong(field, name, 'must be no more than 15 characters')] : []),
    ...(/^[-a-z0-9]*$/.test(name)
      ? []
      : [wrong(field, name, 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')]),
    ...(/[a-z]/.test(name) ? [] : [wrong(field, name, 'must contain at least one letter (a-z)')]),
    ...(name.includes('--') ? [wrong(field, name, 'must not contain consecutive hyphens')] : []),
    ...(name.startsWith('-') || name.endsWith('-') ? [wrong(field, name, 'must not begin or end with a hyphen')] : []),
  ];
}
