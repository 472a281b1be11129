import { ApiError } from '../api/client.ts';

/** Gone already, or another object under the same name: there is nothing left to do. */
export function ignoreGone(error: unknown): void {
  if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
}
