import { ClusterError } from '../../kubernetes/cluster.ts';

/** For what an answer can do without: `undefined` where we are not allowed to read it. */
export function unlessRefused(error: unknown): undefined {
  if (error instanceof ClusterError && error.status === 403) return undefined;
  throw error;
}
